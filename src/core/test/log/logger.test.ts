import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Logger, type LoggerOptions } from '@walg/core'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'

function logged(options: Partial<LoggerOptions>, write: (log: Logger) => void): readonly string[] {
  const destination = join(temporaryFolder(), 'log')
  write(new Logger({ level: 'NORMAL', format: 'text', secrets: [], ...options, destination }))
  return readFileSync(destination, 'utf8').split('\n').slice(0, -1)
}

const everything = (log: Logger) => {
  log.debug('d')
  log.info('i')
  log.warn('w')
  log.error('e')
}

describe('levels', () => {
  test.each([
    ['DEVEL', ['DEBUG', 'INFO', 'WARNING', 'ERROR']],
    ['NORMAL', ['INFO', 'WARNING', 'ERROR']],
    ['ERROR', ['ERROR']],
  ])('%s shows %j', (level, shown) => {
    expect(logged({ level }, everything).map((line) => line.split(':')[0])).toEqual(shown)
  })
})

test('a text line has level, local time with microseconds, and the message', () => {
  const [line] = logged({}, (log) => log.info('all is well', { bytes: 7 }))

  expect(line).toMatch(/^INFO: \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} all is well$/)
})

test('a JSON line has the fields, bigints as text', () => {
  const [line] = logged({ format: 'json' }, (log) => log.warn('odd', { lsn: 2n ** 64n - 1n, n: 1 }))

  expect(JSON.parse(line!)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'WARNING',
    message: 'odd',
    lsn: '18446744073709551615',
    n: 1,
  })
})

describe.each(['text', 'json'] as const)('a secret in %s', (format) => {
  test.each(['tiger-lily', 'with "quotes"', 'two\nlines', 'per%cent&amp', 'ünïcode pass'])(
    '%j never shows',
    (secret) => {
      const lines = logged({ format, secrets: [secret] }, (log) => {
        log.error(`login ${secret} refused`, {
          url: `postgres://u:${encodeURIComponent(secret)}@h`,
          list: [secret],
        })
      })

      const text = lines.join('\n')
      for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) expect(text).not.toContain(form)
      expect(text).toContain('--HIDDEN--')
    },
  )
})

test('a log file is appended to', () => {
  const destination = join(temporaryFolder(), 'log')
  for (const message of ['first', 'second']) {
    new Logger({ level: 'NORMAL', format: 'text', secrets: [], destination }).info(message)
  }

  expect(readFileSync(destination, 'utf8')).toMatch(/first\n.*second\n$/)
})

test('a log file that cannot be opened is an error', () => {
  const open = () => new Logger({ level: 'NORMAL', format: 'text', secrets: [], destination: '/nowhere/log' })

  expect(open).toThrow(expect.objectContaining({ code: 'E_SETTING_INVALID' }))
})
