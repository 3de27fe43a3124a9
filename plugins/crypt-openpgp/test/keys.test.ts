import type { Crypter } from '@walg/sdk'
import { collect, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { KeyRing } from '../src/key-ring.js'
import { keyPath, keyText, openCrypter, openWithKey, PASSPHRASE } from './open-crypter.js'

const options = { signal: new AbortController().signal, concurrency: 2 }
const PLAIN = Buffer.from('what was archived\r\n')

const seal = async (crypter: Crypter) => await collect(crypter.encrypt(streamOf(PLAIN), options))

async function read(crypter: Crypter, stored: Uint8Array): Promise<string> {
  return (await collect(crypter.decrypt(streamOf(stored), options))).toString()
}

describe('keys of all kinds', () => {
  test.each([
    ['rsa.pub.asc', 'rsa.sec.asc'],
    ['rsa.crlf.pub.asc', 'rsa.sec.asc'],
    ['rsa.trailing-space.pub.asc', 'rsa.sec.asc'],
    ['rsa.text-around.pub.asc', 'rsa.sec.asc'],
    ['two-blocks.pub.asc', 'rsa.sec.asc'],
    ['rsa.pub.gpg', 'rsa.sec.gpg'],
    ['rsa.sec.asc', 'rsa.subkeys-only.sec.asc'],
    ['rsa-single.pub.asc', 'rsa-single.sec.asc'],
    ['ed.pub.asc', 'ed.sec.asc'],
    ['nistp256.pub.asc', 'nistp256.sec.asc'],
    ['brainpool.pub.asc', 'brainpool.sec.asc'],
    ['dsa-elg.pub.asc', 'dsa-elg.sec.asc'],
    ['two-subkeys.pub.asc', 'two-subkeys.sec.asc'],
    ['subkey-expired.pub.asc', 'subkey-expired.sec.asc'],
    ['v4-eax.pub.asc', 'v4-eax.sec.asc'],
    ['v6-gcm.pub.asc', 'v6-gcm.sec.asc'],
    ['rsa+ed.pub.asc', 'rsa.sec.asc'],
    ['rsa+ed.pub.asc', 'ed.sec.asc'],
    ['rsa.pub.asc', 'rsa+ed.sec.asc'],
  ])('what is written with %s is read with %s', async (writing, reading) => {
    const stored = await seal(await openWithKey(writing))

    expect(await read(await openWithKey(reading), stored)).toBe(PLAIN.toString())
  })

  test('a key in the setting itself has \\n for line ends, and goes before the file', async () => {
    const inline = keyText('ed.pub.asc').replaceAll('\n', '\\n')
    const crypter = await openWithKey('rsa.pub.asc', { WALG_PGP_KEY: inline })

    expect(await read(await openWithKey('ed.sec.asc'), await seal(crypter))).toBe(PLAIN.toString())
  })

  test('the second block of a file does not count', async () => {
    const stored = await seal(await openWithKey('two-blocks.pub.asc'))

    await expect(read(await openWithKey('ed.sec.asc'), stored)).rejects.toMatchObject({ code: 'E_CRYPT_KEY' })
  })

  test.each([
    ['ed', 7],
    ['prefs-3des', 7],
    ['prefs-aes256', 9],
  ])('for %s the cipher is the one that WAL-G takes: %i', async (name, cipher) => {
    const current = { origin: 'the test', block: keyText(`${name}.pub.asc`) }
    const ring = await KeyRing.open({ current, previous: [], passphrase: undefined })

    expect(await ring.cipher()).toBe(cipher)
  })
})

describe('keys that cannot be used', () => {
  test.each([
    ['an absent file', { WALG_PGP_KEY_PATH: keyPath('absent.asc') }],
    ['an empty file', { WALG_PGP_KEY_PATH: keyPath('empty.asc') }],
    ['an empty key', { WALG_PGP_KEY: '' }],
    ['an empty path', { WALG_PGP_KEY_PATH: '' }],
    ['garbage', { WALG_PGP_KEY: 'swordfish' }],
    ['a key that is cut', { WALG_PGP_KEY: keyText('rsa.pub.asc').slice(0, 500) }],
    ['a key without line ends', { WALG_PGP_KEY: keyText('rsa.pub.asc').replaceAll('\n', '') }],
  ])('%s is refused when it is opened', async (_what, settings) => {
    const error = await openCrypter(settings).catch((caught: Error) => caught)

    expect(error).toMatchObject({
      code: 'E_SETTING_INVALID',
      message: expect.stringContaining('WALG_PGP_KEY'),
    })
    expect((error as Error).message).not.toMatch(/swordfish|mQENB/)
  })

  test.each(['sign-only', 'expired', 'revoked'])('%s is refused when it is to encrypt', async (name) => {
    const crypter = await openWithKey(`${name}.pub.asc`)
    let isAsked = false
    const source = async function* () {
      isAsked = true
      yield PLAIN
    }

    await expect(collect(crypter.encrypt(source(), options))).rejects.toMatchObject({
      code: 'E_SETTING_INVALID',
    })
    expect(isAsked).toBe(false)
  })

  test('an object for another key names the keys it is for', async () => {
    const stored = await seal(await openWithKey('ed.pub.asc'))
    const message = /none of the private keys opens it; it was encrypted for [0-9A-F]{16}$/

    await expect(read(await openWithKey('rsa.sec.asc'), stored)).rejects.toMatchObject({
      code: 'E_CRYPT_KEY',
      message: expect.stringMatching(message),
    })
  })

  test('a public key reads nothing', async () => {
    const crypter = await openWithKey('ed.pub.asc')

    await expect(read(crypter, await seal(crypter))).rejects.toThrow(
      /there is no private key in WALG_PGP_KEY_PATH/,
    )
  })
})

describe('passphrases', () => {
  test.each(['rsa-pass', 'ed-pass'])('the right one opens %s', async (name) => {
    const stored = await seal(await openWithKey(`${name}.pub.asc`))
    const crypter = await openWithKey(`${name}.sec.asc`, { WALG_PGP_KEY_PASSPHRASE: `${PASSPHRASE}\n` })

    expect(await read(crypter, stored)).toBe(PLAIN.toString())
  })

  test('a key without its primary secret part opens', async () => {
    const stored = await seal(await openWithKey('rsa-pass.pub.asc'))
    const crypter = await openWithKey('rsa-pass.subkeys-only.sec.asc', {
      WALG_PGP_KEY_PASSPHRASE: PASSPHRASE,
    })

    expect(await read(crypter, stored)).toBe(PLAIN.toString())
  })

  test.each([{}, { WALG_PGP_KEY_PASSPHRASE: 'swordfish' }, { WALG_PGP_KEY_PASSPHRASE: `${PASSPHRASE} ` }])(
    'without the right one it says which key is locked: %j',
    async (settings) => {
      const stored = await seal(await openWithKey('rsa-pass.pub.asc'))
      const error = await read(await openWithKey('rsa-pass.sec.asc', settings), stored).catch(
        (caught) => caught,
      )

      expect(error).toMatchObject({ code: 'E_CRYPT_KEY', message: expect.stringContaining('locked') })
      expect(error.message).not.toMatch(/swordfish|fixture passphrase/)
    },
  )

  test('a locked key of a ring does not stand in the way of the others', async () => {
    const stored = await seal(await openWithKey('ed.pub.asc'))

    expect(await read(await openWithKey('rsa-pass+ed.sec.asc'), stored)).toBe(PLAIN.toString())
  })

  test('a locked private key encrypts', async () => {
    const stored = await seal(await openWithKey('rsa-pass.sec.asc'))
    const crypter = await openWithKey('rsa-pass.sec.asc', { WALG_PGP_KEY_PASSPHRASE: PASSPHRASE })

    expect(await read(crypter, stored)).toBe(PLAIN.toString())
  })
})

describe('previous keys', () => {
  test.each([
    ['WALG_PGP_KEY_PREVIOUS', keyText('rsa.sec.asc')],
    ['WALG_PGP_KEY_PREVIOUS_PATH', keyPath('rsa.sec.asc')],
  ])('%s reads what was written for it, and is written for no more', async (name, value) => {
    const old = await seal(await openWithKey('rsa.pub.asc'))
    const crypter = await openWithKey('ed.sec.asc', { [name]: value })

    expect(await read(crypter, old)).toBe(PLAIN.toString())
    await expect(read(await openWithKey('rsa.sec.asc'), await seal(crypter))).rejects.toThrow(
      'none of the private keys',
    )
  })
})
