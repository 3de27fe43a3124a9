import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, pluginContext, streamOf } from '@walg/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import plugin from '../src/crypter.js'
import { openCrypter } from './open-crypter.js'

const folder = mkdtempSync(join(tmpdir(), 'walg-aes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const BYTES = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
const HEX = BYTES.toString('hex')
const BASE64 = BYTES.toString('base64')
const options = { signal: new AbortController().signal, concurrency: 1 }

function keyFile(content: string, name = 'key'): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Whether what one encrypts the other decrypts. */
async function fits(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const stored = await collect((await openCrypter(one)).encrypt(streamOf(Buffer.from('text')), options))
  const back = await collect((await openCrypter(other)).decrypt(streamOf(stored), options))
  return Buffer.from(back).toString() === 'text'
}

test.each([
  ['hexadecimal', { WALG_AES_KEY: HEX }],
  ['in upper case', { WALG_AES_KEY: HEX.toUpperCase() }],
  ['base64', { WALG_AES_KEY: BASE64 }],
  ['base64 without padding', { WALG_AES_KEY: BASE64.slice(0, -1) }],
  ['a file', { WALG_AES_KEY_PATH: keyFile(` ${HEX}\r\n`) }],
  ['a command', { WALG_AES_KEY_COMMAND: `echo ${BASE64}` }],
  [
    'the setting before file and command',
    {
      WALG_AES_KEY: HEX,
      WALG_AES_KEY_PATH: join(folder, 'absent'),
      WALG_AES_KEY_COMMAND: 'exit 3',
    },
  ],
])('a key: %s', async (_, settings) => {
  expect(await fits({ WALG_AES_KEY: HEX }, settings)).toBe(true)
})

test('the command runs once', async () => {
  const log = join(folder, 'runs')
  const crypter = await openCrypter({ WALG_AES_KEY_COMMAND: `echo run >> ${log}; echo ${HEX}` })

  for (let object = 0; object < 3; object++)
    await collect(crypter.encrypt(streamOf(Buffer.from('x')), options))

  expect(readFileSync(log, 'utf8')).toBe('run\n')
})

describe('refused, without showing the key', () => {
  test.each([HEX.slice(2), `${HEX}00`, BASE64.slice(4), `0x${HEX}`, 'swordfish', 'z'.repeat(64)])(
    '%s',
    async (key) => {
      const error = await openCrypter({ WALG_AES_KEY: key }).then(
        () => undefined,
        (caught) => caught,
      )

      expect(error).toMatchObject({
        code: 'E_SETTING_INVALID',
        message: expect.stringContaining('a key has 32 bytes'),
      })
      expect(error.message).not.toContain(key)
    },
  )

  test.each([
    [{ WALG_AES_KEY_COMMAND: 'echo swordfish; exit 3' }, /WALG_AES_KEY_COMMAND: it ended with exit code 3$/],
    [
      { WALG_AES_KEY_COMMAND: 'echo swordfish' },
      /the key that WALG_AES_KEY_COMMAND gave: a key has 32 bytes/,
    ],
    [{ WALG_AES_KEY_COMMAND: 'kill -9 $$; echo swordfish' }, /WALG_AES_KEY_COMMAND: SIGKILL ended it$/],
    [{ WALG_AES_KEY_COMMAND: 'yes swordfish' }, /its output is too long for a key$/],
    [{ WALG_AES_KEY_PATH: join(folder, 'absent') }, /absent of WALG_AES_KEY_PATH: no such file$/],
    [{ WALG_AES_KEY_PATH: folder }, /it is a folder$/],
    [{ WALG_AES_KEY: HEX, WALG_AES_KEY_PREVIOUS: 'swordfish' }, /WALG_AES_KEY_PREVIOUS: a key has 32 bytes/],
    [
      { WALG_AES_KEY: HEX, WALG_AES_KEY_PREVIOUS_PATH: keyFile(`${HEX}\n\nswordfish\n`, 'previous') },
      /line 3 of .*previous: a key has 32 bytes/,
    ],
  ])('%j', async (settings, why) => {
    const error = await openCrypter(settings).then(
      () => undefined,
      (caught) => caught,
    )

    expect(error).toMatchObject({ code: 'E_SETTING_INVALID', message: expect.stringMatching(why) })
    expect(error.message).not.toContain('swordfish')
  })

  test('no key at all', async () => {
    await expect(openCrypter({})).rejects.toMatchObject({ code: 'E_SETTING_MISSING' })
  })
})

test('an abort ends the command, with its reason', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  const late = join(folder, 'late')
  const opening = plugin.open(
    pluginContext({ WALG_AES_KEY_COMMAND: `exec sleep 20; touch ${late}` }, abort.signal),
  )
  setTimeout(() => abort.abort(reason), 200)

  await expect(opening).rejects.toBe(reason)
  expect(existsSync(late)).toBe(false)
})

describe('after a change of the key', () => {
  const [first, second, third] = ['01', '02', '03'].map((digits) => digits.repeat(32)) as [
    string,
    string,
    string,
  ]

  test('objects of all previous keys are read', async () => {
    const listed = { WALG_AES_KEY: third, WALG_AES_KEY_PREVIOUS: `${first}, ${second}` }
    const filed = { WALG_AES_KEY: third, WALG_AES_KEY_PREVIOUS_PATH: keyFile(`${first}\n${second}\n`, 'old') }

    for (const settings of [listed, filed])
      for (const key of [first, second, third]) expect(await fits({ WALG_AES_KEY: key }, settings)).toBe(true)
  })

  test('what is written needs the new key', async () => {
    const rotated = { WALG_AES_KEY: third, WALG_AES_KEY_PREVIOUS: first }

    expect(await fits(rotated, { WALG_AES_KEY: third })).toBe(true)
    await expect(fits(rotated, { WALG_AES_KEY: first })).rejects.toMatchObject({ code: 'E_CRYPT_KEY' })
  })
})
