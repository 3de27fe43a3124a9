import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { openCrypter } from './open-crypter.js'
import { decodeByThePage } from './plain-decoder.js'

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
const HEADER_BYTES = 72
const SEALED_BYTES = 256 * 1024 + 16
const options = { signal: new AbortController().signal, concurrency: 1 }
const settings = { WALG_AES_KEY: KEY.toString('hex') }

async function encrypted(
  bytes: Uint8Array,
  own: Readonly<Record<string, string>> = settings,
): Promise<Buffer> {
  return Buffer.from(await collect((await openCrypter(own)).encrypt(streamOf(bytes, 100_000), options)))
}

async function decrypted(
  stored: Uint8Array,
  own: Readonly<Record<string, string>> = settings,
): Promise<Buffer> {
  return Buffer.from(await collect((await openCrypter(own)).decrypt(streamOf(stored, 100_000), options)))
}

describe('what docs/formats/aes-format.md says', () => {
  test.each([0, 1, 262_143, 262_144, 262_145, 1_000_000])(
    '%i bytes, by a decoder of its own',
    async (size) => {
      const bytes = Buffer.from(pageLikeBytes(size))

      const stored = await encrypted(bytes)

      expect(decodeByThePage(stored, KEY).equals(bytes)).toBe(true)
      const chunks = Math.max(Math.ceil(size / 262_144), 1)
      expect(stored.length).toBe(HEADER_BYTES + size + 16 * chunks)
    },
  )

  const page = readFileSync(new URL('../../../docs/formats/aes-format.md', import.meta.url), 'utf8')
  const vectors = [...page.matchAll(/^\| `([^`]*)` \| ([\s\S]*?) \|$/gm)].map(
    ([, text = '', hex = '']) => [text, Buffer.from(hex.replace(/[^0-9a-f]/g, ''), 'hex')] as const,
  )

  test.each(vectors)('the vector %j', async (text, stored) => {
    expect((await decrypted(stored)).toString()).toBe(text)
    expect(decodeByThePage(stored, KEY).toString()).toBe(text)
  })

  test('there are vectors', () => {
    expect(vectors.map(([text]) => text)).toEqual(['', 'hello', 'abcdefghij'])
  })

  test('the id of the key', async () => {
    const id = createHash('sha256').update('walg-aes key id\0').update(KEY).digest('hex').slice(0, 16)

    expect((await encrypted(Buffer.alloc(5))).subarray(16, 24).toString('hex')).toBe(id)
  })
})

describe('refused', () => {
  test('an object of another key, naming both keys by their ids', async () => {
    const stored = await encrypted(Buffer.from('something'))

    const reading = decrypted(stored, { WALG_AES_KEY: 'ff'.repeat(32) })

    await expect(reading).rejects.toMatchObject({
      code: 'E_CRYPT_KEY',
      message: expect.stringMatching(/with the key [0-9a-f]{16}; WALG_AES_KEY is [0-9a-f]{16}/),
    })
  })

  test('every bit of the header', async () => {
    const stored = await encrypted(Buffer.from('something'))

    for (let bit = 0; bit < HEADER_BYTES * 8; bit++) {
      const changed = Buffer.from(stored)
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
      await expect(decrypted(changed)).rejects.toMatchObject({
        code: expect.stringMatching(/^E_CRYPT_(CORRUPT|KEY)$/),
      })
    }
  })

  test('an object that is cut between chunks, or at its header', async () => {
    const stored = await encrypted(randomBytes(600_000))
    for (const chunks of [0, 1, 2]) {
      const cut = stored.subarray(0, HEADER_BYTES + chunks * SEALED_BYTES)

      await expect(decrypted(cut)).rejects.toMatchObject({
        code: expect.stringMatching(/^E_CRYPT_(TRUNCATED|CORRUPT)$/),
      })
    }
  })

  test('a chunk of another object in the same place', async () => {
    const [one, other] = [await encrypted(randomBytes(600_000)), await encrypted(randomBytes(600_000))]
    for (const chunk of [0, 1, 2]) {
      const from = HEADER_BYTES + chunk * SEALED_BYTES
      const mixed = Buffer.from(one)
      other.copy(mixed, from, from, from + SEALED_BYTES)

      await expect(decrypted(mixed)).rejects.toMatchObject({ code: 'E_CRYPT_CORRUPT' })
    }
  })

  test('chunks behind the header of another object', async () => {
    const [one, other] = [await encrypted(randomBytes(1000)), await encrypted(randomBytes(1000))]
    const mixed = Buffer.concat([one.subarray(0, HEADER_BYTES), other.subarray(HEADER_BYTES)])

    await expect(decrypted(mixed)).rejects.toMatchObject({ code: 'E_CRYPT_CORRUPT' })
  })

  test('a version that is not known', async () => {
    const stored = await encrypted(Buffer.alloc(5))
    stored[8] = 2

    await expect(decrypted(stored)).rejects.toThrow(/version 2 of the format; 1 is known/)
  })
})
