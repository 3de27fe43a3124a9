import type { Crypter } from '@walg/sdk'
import { collect, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { openWithKey } from './open-crypter.js'

const options = { signal: new AbortController().signal, concurrency: 2 }
const PLAIN = Buffer.from('what was archived')
/** Packet header, version, key id, algorithm, length of the first number and its first byte: what readers overlook stands here. */
const HEAD_BYTES = 20

async function read(crypter: Crypter, stored: Uint8Array): Promise<string> {
  try {
    return (await collect(crypter.decrypt(streamOf(stored), options))).toString()
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

// Each kind of session key that WAL-G writes: RSA, ElGamal, ECDH on three curves, X25519.
describe.each(['rsa', 'dsa-elg', 'ed', 'nistp256', 'brainpool', 'v6-ocb'])('a session key for %s', (name) => {
  test('is refused when a bit of its head is changed', async () => {
    const crypter = await openWithKey(`${name}.sec.asc`)
    const stored = await collect(crypter.encrypt(streamOf(PLAIN), options))
    expect(await read(crypter, stored)).toBe(PLAIN.toString())

    for (let at = 0; at < HEAD_BYTES; at++) {
      for (const bit of [0, 1, 7]) {
        const changed = new Uint8Array(stored)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        expect(await read(crypter, changed), `bit ${bit} of byte ${at}`).toMatch(/^E_CRYPT_/)
      }
    }
  }, 120_000)
})
