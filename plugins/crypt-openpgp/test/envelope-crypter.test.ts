import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { type EnvelopeOptions, envelopeCrypter } from '../src/envelope-crypter.js'
import { keyText } from './open-crypter.js'

const options = { signal: new AbortController().signal, concurrency: 2 }
const PLAIN = Buffer.from('what was archived')
const FLIPPED = 0xff

/** A KMS that flips all bits. */
const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ FLIPPED)
const keyOf = (name: string) => flip(Buffer.from(keyText(name)))

/** What a test sees of it: how often the KMS was asked, and what was warned. */
function envelope(name: string, more: Partial<EnvelopeOptions> = {}) {
  const seen = { calls: 0, warnings: [] as string[] }
  const crypter = envelopeCrypter({
    encryptedKey: keyOf(name),
    openKey: async (encrypted) => {
      seen.calls++
      return flip(encrypted)
    },
    expirationMs: 0,
    now: Date.now,
    warn: (text) => void seen.warnings.push(text),
    ...more,
  })
  const seal = async (plain: Uint8Array = PLAIN) => await collect(crypter.encrypt(streamOf(plain), options))
  const open = async (stored: Uint8Array) => await collect(crypter.decrypt(streamOf(stored, 1000), options))
  return { seal, open, seen }
}

describe('an envelope', () => {
  test('begins as WAL-G writes it: magic, version, ids of the keys, key', async () => {
    const stored = Buffer.from(await envelope('ed.sec.asc').seal())

    expect(stored.toString('latin1', 0, 16)).toBe('envelope-yc-kms\u0001')
    const idBytes = stored.readUInt32LE(16)
    expect(stored.toString('latin1', 20, 20 + idBytes)).toMatch(/^[1-9A-F][0-9A-F]{0,15}$/)
    const keyAt = 20 + idBytes + 4
    const key = stored.subarray(keyAt, keyAt + stored.readUInt32LE(keyAt - 4))
    expect(Buffer.from(flip(key)).toString()).toBe(keyText('ed.sec.asc'))
  })

  test('is opened with the key that it brings along, whatever the configured one', async () => {
    const plain = pageLikeBytes(1_000_000)
    const stored = await envelope('ed.sec.asc').seal(plain)

    expect(Buffer.from(await envelope('nistp256.sec.asc').open(stored)).equals(plain)).toBe(true)
  })

  test('asks the KMS once for each key', async () => {
    const { seal, open, seen } = envelope('ed.sec.asc')
    for (let object = 0; object < 3; object++) await open(await seal())

    expect(seen.calls).toBe(1)
  })

  test('asks again after the time that is set', async () => {
    let time = 0
    const { seal, seen } = envelope('ed.sec.asc', { expirationMs: 1000, now: () => time })
    await seal()
    time = 999
    await seal()
    expect(seen.calls).toBe(1)
    time = 1000
    await seal()
    expect(seen.calls).toBe(2)
  })

  test('goes on with the key it knows when the KMS does not answer, and says so', async () => {
    let time = 0
    const openKey = async (encrypted: Uint8Array) => {
      if (time > 0) throw new Error('the KMS is away')
      return flip(encrypted)
    }
    const { seal, open, seen } = envelope('ed.sec.asc', { expirationMs: 1000, now: () => time, openKey })
    const stored = await seal()
    time = 5000

    expect((await open(stored)).toString()).toBe(PLAIN.toString())
    expect(seen.warnings).toEqual([expect.stringContaining('the KMS is away')])
  })

  test('is not opened when the KMS does not answer the first time; the next object asks again', async () => {
    let isAway = true
    const openKey = async (encrypted: Uint8Array) => {
      if (isAway) throw new Error('the KMS is away')
      return flip(encrypted)
    }
    const { seal } = envelope('ed.sec.asc', { openKey })

    await expect(seal()).rejects.toThrow('the KMS is away')
    isAway = false
    expect((await seal()).length).toBeGreaterThan(PLAIN.length)
  })

  test('is refused when it is cut anywhere, or a byte of its header is changed', async () => {
    const { seal, open } = envelope('ed.sec.asc')
    const stored = Buffer.from(await seal())
    const idBytes = stored.readUInt32LE(16)
    for (let at = 0; at < 24 + idBytes; at++) {
      const changed = Buffer.from(stored)
      changed[at] = changed[at]! ^ 1
      await expect(open(changed), `byte ${at} changed`).rejects.toMatchObject({
        code: expect.stringMatching(/^E_/),
      })
      await expect(open(stored.subarray(0, at)), `cut to ${at}`).rejects.toMatchObject({
        code: 'E_CRYPT_TRUNCATED',
      })
    }
    await expect(open(Buffer.concat([stored, Buffer.from('x')]))).rejects.toMatchObject({
      code: 'E_CRYPT_CORRUPT',
    })
  })
})
