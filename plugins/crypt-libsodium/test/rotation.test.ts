import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { expect, test } from 'vitest'
import { openCrypter } from './open-crypter.js'

const OLD = 'the key of last year: 32 bytes !'
const NEW = 'the key of this year: 32 bytes !'
const options = { signal: new AbortController().signal, concurrency: 1 }
const rotated = { WALG_LIBSODIUM_KEY: NEW, WALG_LIBSODIUM_KEY_PREVIOUS: OLD }

async function encrypted(settings: Readonly<Record<string, string>>, bytes: Uint8Array) {
  return await collect((await openCrypter(settings)).encrypt(streamOf(bytes), options))
}

async function decrypted(settings: Readonly<Record<string, string>>, stored: Uint8Array) {
  return await collect((await openCrypter(settings)).decrypt(streamOf(stored), options))
}

test.each([0, 1, 100_000])('objects of the previous key are read: %i bytes', async (size) => {
  const bytes = pageLikeBytes(size)

  const back = await decrypted(rotated, await encrypted({ WALG_LIBSODIUM_KEY: OLD }, bytes))

  expect(Buffer.compare(back, bytes)).toBe(0)
})

test('what is written needs the new key', async () => {
  const stored = await encrypted(rotated, Buffer.from('something'))

  expect(Buffer.from(await decrypted({ WALG_LIBSODIUM_KEY: NEW }, stored)).toString()).toBe('something')
  await expect(decrypted({ WALG_LIBSODIUM_KEY: OLD }, stored)).rejects.toMatchObject({
    code: 'E_CRYPT_CORRUPT',
  })
})

test('an object of neither key is refused', async () => {
  const stored = await encrypted(
    { WALG_LIBSODIUM_KEY: 'some other key of thirty-two b. ' },
    Buffer.alloc(9000),
  )

  await expect(decrypted(rotated, stored)).rejects.toMatchObject({ code: 'E_CRYPT_CORRUPT' })
})
