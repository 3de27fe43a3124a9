import { createCipheriv } from 'node:crypto'
import { ByteReader } from '@walg/sdk'
import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { readDare, writeDare } from '../src/index.js'

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
const o = { signal: new AbortController().signal, concurrency: 1 }
/** `hello`, as WAL-G's library writes it with the stream nonce 01 02 … 0c. */
const HELLO = Buffer.from('200004008102030405060708090a0b0c2e769e47897419c9596781958597ca825b91b98c12', 'hex')

async function sealed(bytes: Uint8Array, chunkBytes?: number): Promise<Buffer> {
  return Buffer.from(await collect(writeDare(KEY, new ByteReader(streamOf(bytes, chunkBytes), o), o)))
}

async function opened(bytes: Uint8Array, chunkBytes?: number): Promise<Buffer> {
  return Buffer.from(await collect(readDare(KEY, new ByteReader(streamOf(bytes, chunkBytes), o), o)))
}

/** Packages of DARE 1.0, of which each has its own nonce. */
function dare10(payloads: readonly Buffer[], cipherNumber: 0 | 1): Buffer {
  const name = cipherNumber === 0 ? 'aes-256-gcm' : 'chacha20-poly1305'
  const packages = payloads.map((payload, number) => {
    const header = Buffer.from('10000000000000000011223344556677', 'hex')
    header[1] = cipherNumber
    header.writeUInt16LE(payload.length - 1, 2)
    header.writeUInt32LE(number, 4)
    const cipher = createCipheriv(name as 'aes-256-gcm', KEY, header.subarray(4), { authTagLength: 16 })
    cipher.setAAD(header.subarray(0, 4), { plaintextLength: payload.length } as never)
    return Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()])
  })
  return Buffer.concat(packages)
}

describe('reading', () => {
  test.each([1, 7, 100])('a known stream, in chunks of %i', async (chunkBytes) => {
    expect((await opened(HELLO, chunkBytes)).toString()).toBe('hello')
  })

  test('nothing is the stream of nothing', async () => {
    expect((await sealed(new Uint8Array())).length).toBe(0)
    expect((await opened(new Uint8Array())).length).toBe(0)
  })

  test.each([0, 1] as const)('version 1.0 with cipher %i', async (cipher) => {
    const payloads = [Buffer.alloc(65_536, 1), Buffer.from('the rest')]

    expect((await opened(dare10(payloads, cipher))).equals(Buffer.concat(payloads))).toBe(true)
  })

  test('packages of 1.0 that changed places are an error', async () => {
    const stream = dare10([Buffer.alloc(65_536, 1), Buffer.alloc(65_536, 2)], 0)
    const swapped = Buffer.concat([stream.subarray(65_568), stream.subarray(0, 65_568)])

    await expect(opened(swapped)).rejects.toMatchObject({
      code: 'E_CRYPT_CORRUPT',
      message: 'unable to decrypt package 0 of the object: it is not in its place',
    })
  })

  test('a cipher that is not allowed is refused', async () => {
    const reader = new ByteReader(streamOf(dare10([Buffer.from('x')], 1)), o)

    await expect(collect(readDare(KEY, reader, o, ['aes-256-gcm']))).rejects.toThrow(/cipher is not allowed/)
  })

  test.each([
    ['in its header', 65_568 + 5, 'E_CRYPT_TRUNCATED'],
    ['in its data', 65_568 + 1000, 'E_CRYPT_TRUNCATED'],
    ['between packages', 65_568, 'E_CRYPT_TRUNCATED'],
  ])('a stream that was cut %s', async (_, length, code) => {
    const stream = await sealed(pageLikeBytes(200_000))

    await expect(opened(stream.subarray(0, length))).rejects.toMatchObject({ code })
  })

  test('every bit of a small stream', async () => {
    for (let bit = 0; bit < HELLO.length * 8; bit++) {
      const changed = Buffer.from(HELLO)
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7))
      await expect(opened(changed)).rejects.toMatchObject({
        code: expect.stringMatching(/^E_CRYPT_(CORRUPT|TRUNCATED)$/),
      })
    }
  })
})

describe('writing', () => {
  test.each([1, 65_535, 65_536, 65_537, 150_000, 2_000_000])('%i bytes come back', async (size) => {
    const bytes = Buffer.from(pageLikeBytes(size))

    const stream = await sealed(bytes, 10_000)

    expect(stream.length).toBe(size + 32 * Math.ceil(size / 65_536))
    expect((await opened(stream)).equals(bytes)).toBe(true)
  })

  test('the same nonce in every package, marked in the last one', async () => {
    const stream = await sealed(pageLikeBytes(150_000))
    const headers = [0, 65_568, 131_136].map((at) => stream.subarray(at, at + 16))

    expect(headers.map((header) => header.subarray(0, 4).toString('hex'))).toEqual([
      '2000ffff',
      '2000ffff',
      '2000ef49',
    ])
    expect(headers.map((header) => header[4]! & 0x80)).toEqual([0, 0, 0x80])
    expect(new Set(headers.map((header) => header.subarray(5).toString('hex'))).size).toBe(1)
  })
})
