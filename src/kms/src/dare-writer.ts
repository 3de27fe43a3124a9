import type { ByteReader, CodecOptions } from '@walg/sdk'
import { HEADER_BYTES, NONCE_BYTES, PAYLOAD_BYTES, PackageHeader, TAG_BYTES } from './dare-format.js'

/** Packages that are given out together: 1 MiB. */
const MOST_PACKAGES = 16
/** The number of a package has 32 bits. */
const MOST_NUMBER = 2 ** 32 - 1

/** A DARE 2.0 stream with AES-256-GCM. Nothing at all for an empty source. */
export async function* writeDare(
  key: Uint8Array,
  reader: ByteReader,
  { signal }: CodecOptions,
): AsyncGenerator<Uint8Array> {
  const { createCipheriv, randomBytes } = await import('node:crypto')
  const streamNonce = randomBytes(NONCE_BYTES)
  let output = Buffer.alloc(0)
  let filled = 0
  let isFinal = !(await reader.hasMore())
  for (let number = 0; !isFinal; number++) {
    if (number > MOST_NUMBER) throw new RangeError('a DARE stream holds no more than 256 TiB')
    const payload = await reader.read(PAYLOAD_BYTES)
    isFinal = !(await reader.hasMore())
    signal.throwIfAborted()
    if (output.length === 0)
      output = Buffer.allocUnsafeSlow(MOST_PACKAGES * (HEADER_BYTES + PAYLOAD_BYTES + TAG_BYTES))
    const bytes = output.subarray(filled, filled + HEADER_BYTES)
    const header = PackageHeader.write(bytes, streamNonce, payload.length, isFinal)
    const cipher = createCipheriv('aes-256-gcm', key, header.nonceOf(number), { authTagLength: TAG_BYTES })
    cipher.setAAD(header.signed)
    output.set(cipher.update(payload), filled + HEADER_BYTES)
    cipher.final()
    output.set(cipher.getAuthTag(), filled + HEADER_BYTES + payload.length)
    filled += HEADER_BYTES + payload.length + TAG_BYTES
    if (!isFinal && filled < output.length) continue
    yield output.subarray(0, filled)
    output = Buffer.alloc(0)
    filled = 0
  }
}
