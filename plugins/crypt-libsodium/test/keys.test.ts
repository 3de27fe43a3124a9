import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pluginContext } from '@walg/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { readKeys } from '../src/read-keys.js'

const folder = mkdtempSync(join(tmpdir(), 'walg-libsodium-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HEX = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
const BASE64 = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
const BYTES = Buffer.from(HEX, 'hex')
const TEXT_32 = 'a key of thirty-two bytes, 32 .. '.slice(0, 32)

async function keyOf(settings: Readonly<Record<string, string>>) {
  return Buffer.from((await readKeys(pluginContext(settings))).current)
}

function keyFile(content: string): string {
  const path = join(folder, 'key')
  writeFileSync(path, content)
  return path
}

async function warningsOf(settings: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const warnings: string[] = []
  const context = pluginContext(settings)
  await readKeys({ ...context, log: { ...context.log, warn: (message) => warnings.push(message) } })
  return warnings
}

describe('without a transform', () => {
  test.each([
    ['32 bytes', TEXT_32, TEXT_32],
    ['more are cut', `${TEXT_32}and more`, TEXT_32],
    ['fewer are filled up with zeros', 'x'.repeat(25), `${'x'.repeat(25)}\0\0\0\0\0\0\0`],
    ['a line end counts', `${'x'.repeat(31)}\n`, `${'x'.repeat(31)}\n`],
    ['hexadecimal digits are text', HEX, HEX.slice(0, 32)],
  ])('%s', async (_, text, expected) => {
    expect((await keyOf({ WALG_LIBSODIUM_KEY: text })).toString('latin1')).toBe(expected)
  })

  test('a character of two bytes may be cut', async () => {
    const key = await keyOf({ WALG_LIBSODIUM_KEY: `${'x'.repeat(31)}é` })

    expect(key.at(-1)).toBe(0xc3)
  })

  test('an empty transform is none', async () => {
    const settings = { WALG_LIBSODIUM_KEY: TEXT_32, WALG_LIBSODIUM_KEY_TRANSFORM: '' }

    expect((await keyOf(settings)).toString()).toBe(TEXT_32)
  })

  test('what is cut or filled up is warned about, once and without the key', async () => {
    const [long, ...more] = await warningsOf({ WALG_LIBSODIUM_KEY: HEX })
    const [short] = await warningsOf({ WALG_LIBSODIUM_KEY: 'x'.repeat(25) })

    expect(long).toMatch(
      /^WALG_LIBSODIUM_KEY has 64 bytes and no transform: only its first 32 bytes are used/,
    )
    expect(long).not.toContain(HEX.slice(0, 8))
    expect(more).toEqual([])
    expect(short).toMatch(/has 25 bytes and no transform: it is filled up with zeros to 32/)
  })

  test('a key of 32 bytes is not warned about', async () => {
    expect(await warningsOf({ WALG_LIBSODIUM_KEY: TEXT_32 })).toEqual([])
  })
})

describe('with a transform', () => {
  test.each([
    ['hex', HEX],
    ['hex', HEX.toUpperCase()],
    ['base64', BASE64],
    ['base64', `${BASE64}\n`],
    ['base64', `${BASE64.slice(0, 20)}\r\n${BASE64.slice(20)}`],
  ])('%s: %j', async (transform, text) => {
    const settings = { WALG_LIBSODIUM_KEY: text, WALG_LIBSODIUM_KEY_TRANSFORM: transform }

    expect((await keyOf(settings)).equals(BYTES)).toBe(true)
  })
})

describe('in a file', () => {
  test.each([`${HEX}\n`, ` \r\n${HEX}\t\r\n `])(
    'white space around the key does not count: %j',
    async (text) => {
      const settings = { WALG_LIBSODIUM_KEY_PATH: keyFile(text), WALG_LIBSODIUM_KEY_TRANSFORM: 'hex' }

      expect((await keyOf(settings)).equals(BYTES)).toBe(true)
    },
  )

  test('the key of the setting counts before that of the file', async () => {
    const settings = { WALG_LIBSODIUM_KEY: TEXT_32, WALG_LIBSODIUM_KEY_PATH: keyFile('y'.repeat(32)) }

    expect((await keyOf(settings)).toString()).toBe(TEXT_32)
  })

  test('the file counts when the setting is empty', async () => {
    const settings = { WALG_LIBSODIUM_KEY: '', WALG_LIBSODIUM_KEY_PATH: keyFile('y'.repeat(32)) }

    expect((await keyOf(settings)).toString()).toBe('y'.repeat(32))
  })
})

describe('refused, without showing the key', () => {
  test.each([
    ['none', 'x'.repeat(24), /it has 24 bytes; at least 25 are needed/],
    ['hex', `${HEX}\n`, /no hexadecimal digit/],
    ['hex', `0x${HEX}`, /no hexadecimal digit/],
    ['hex', HEX.slice(1), /odd number/],
    ['hex', HEX.slice(2), /it gives 31 bytes; 32 are needed/],
    ['hex', `${HEX}00`, /it gives 33 bytes/],
    ['base64', BASE64.slice(0, -1), /no base64 with padding/],
    ['base64', `${BASE64} `, /no base64 with padding/],
    ['base64', BASE64.replace('A', '_'), /no base64 with padding/],
    ['base64', 'AAECAwQFBgcICQoLDA0ODw==', /it gives 16 bytes/],
    ['sha256', HEX, /'sha256' is none of none, hex and base64/],
    ['HEX', HEX, /'HEX' is none of/],
  ])('%s: %j', async (transform, text, why) => {
    const settings = { WALG_LIBSODIUM_KEY: text, WALG_LIBSODIUM_KEY_TRANSFORM: transform }

    const error = await keyOf(settings).then(
      () => undefined,
      (caught) => caught,
    )

    expect(error).toMatchObject({ code: 'E_SETTING_INVALID', message: expect.stringMatching(why) })
    expect(error.message).not.toContain(text.trim())
  })

  test.each([
    ['absent', 'no such file'],
    ['.', 'it is a folder'],
  ])('a key file that cannot be read: %s', async (name, why) => {
    await expect(keyOf({ WALG_LIBSODIUM_KEY_PATH: join(folder, name) })).rejects.toMatchObject({
      code: 'E_SETTING_INVALID',
      message: expect.stringContaining(why),
    })
  })

  test('no key at all', async () => {
    await expect(keyOf({})).rejects.toMatchObject({ code: 'E_SETTING_MISSING' })
  })
})
