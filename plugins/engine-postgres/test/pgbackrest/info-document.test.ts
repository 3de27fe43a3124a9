import { expect, test } from 'vitest'
import { parseInfo } from '../../src/pgbackrest/info-document.js'
import { infoText } from '../support/stanza-repository.js'

const parse = (text: string) => parseInfo('x.info', Buffer.from(text))

/** Written by pgBackRest 2.45. */
const REAL = `[backrest]
backrest-format=5
backrest-version="2.45"

[db]
db-id=1
db-system-id=7714035171429345849
db-version="15"

[db:history]
1={"db-id":7714035171429345849,"db-version":"15"}

[backrest]
backrest-checksum="efde043b8175809367441acffbeb82fc7c01d7f4"
`

test('reads a document of pgBackRest and finds its checksum right, with numbers that no double holds', () => {
  const document = parse(REAL)

  expect(document.isProven).toBe(true)
  expect(document.members('db')).toEqual({
    'db-id': 1,
    'db-system-id': 7714035171429345849n,
    'db-version': '15',
  })
})

test('a changed, added or lost line is noticed', () => {
  for (const changed of [
    REAL.replace('db-id=1', 'db-id=2'),
    REAL.replace('[db:history]', 'db-more=1\n\n[db:history]'),
    REAL.replace('db-id=1\n', ''),
  ]) {
    expect(() => parse(changed)).toThrow(expect.objectContaining({ code: 'E_INTEGRITY_CHECKSUM' }))
  }
})

test('a document that was cut proves nothing', () => {
  expect(parse(REAL.slice(0, REAL.indexOf('[db:history]'))).isProven).toBe(false)
})

test('a key may hold equals signs and quotes', () => {
  const document = parse(infoText({ files: { 'pg_data/a=1="b': { size: 1 } } }))

  expect([...document.section('files')]).toEqual([['pg_data/a=1="b', { size: 1 }]])
})

test('what is no such document is refused with the line', () => {
  expect(() => parse('[a]\nx=y\n')).toThrow(/'x=y' is no key with a JSON value/)
  expect(() => parse('x=1\n')).toThrow(/in no section/)
  expect(() => parseInfo('x.info', Uint8Array.of(0xff, 0xfe))).toThrow(
    expect.objectContaining({ code: 'E_BACKUP_INVALID' }),
  )
})

test('an encrypted repository is named as such', () => {
  expect(() => parse('Salted__0123456789')).toThrow(expect.objectContaining({ code: 'E_NOT_SUPPORTED' }))
})
