import { proveCrypter } from '@walg/core'
import { type ByteStream, type Crypter, WalgError } from '@walg/sdk'
import { describe, expect, test } from 'vitest'

const { signal } = new AbortController()

async function* flipped(source: ByteStream): ByteStream {
  for await (const chunk of source) yield chunk.map((byte) => byte ^ 0xff)
}

const flipping: Crypter = { id: 'flipping', encrypt: flipped, decrypt: flipped }

/** Rejects with this code instead of decrypting. */
const refusing = (code: string): Crypter => ({
  ...flipping,
  // biome-ignore lint/correctness/useYield: it refuses before the first byte.
  async *decrypt() {
    throw new WalgError(code, 'unable to decrypt: the reason')
  },
})

describe('a crypter is proven', () => {
  test('when it gives back what it got', async () => {
    expect(await proveCrypter(flipping, signal)).toEqual({ unreadable: undefined })
  })

  test('when it has a key for writing only, and the reason is told', async () => {
    expect(await proveCrypter(refusing('E_CRYPT_KEY'), signal)).toEqual({
      unreadable: 'unable to decrypt: the reason',
    })
  })
})

describe('a crypter is refused', () => {
  test('when it gives back something else', async () => {
    const changing = { ...flipping, decrypt: (source: ByteStream) => source }

    await expect(proveCrypter(changing, signal)).rejects.toMatchObject({ code: 'E_CRYPT_CORRUPT' })
  })

  test.each(['E_CRYPT_CORRUPT', 'E_KMS'])('with its own error: %s', async (code) => {
    await expect(proveCrypter(refusing(code), signal)).rejects.toMatchObject({ code })
  })
})
