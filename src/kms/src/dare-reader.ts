import { type ByteReader, type CodecOptions, WalgError } from '@walg/sdk'
import {
  CIPHERS,
  type CipherName,
  HEADER_BYTES,
  PAYLOAD_BYTES,
  PackageHeader,
  TAG_BYTES,
  VERSION_10,
  VERSION_20,
} from './dare-format.js'

/**
 * The content of a DARE stream, 2.0 or 1.0; packages are proven before they are given out. Where 2.0 was cut shows, but 1.0 has no mark
 * for its end.
 */
export async function* readDare(
  key: Uint8Array,
  reader: ByteReader,
  { signal }: CodecOptions,
  ciphers: readonly CipherName[] = CIPHERS,
): AsyncGenerator<Uint8Array> {
  const { createDecipheriv } = await import('node:crypto')
  let first: PackageHeader | undefined
  let isAtEnd = !(await reader.hasMore())
  for (let number = 0; !isAtEnd; number++) {
    const header = new PackageHeader(Buffer.from(await reader.read(HEADER_BYTES)))
    const sealed = await packageBody(reader, header, number)
    isAtEnd = !(await reader.hasMore())
    signal.throwIfAborted()
    first ??= header
    const cipher = requireInPlace(header, first, number, isAtEnd, ciphers)
    // The types know each cipher by itself only.
    const decipher = createDecipheriv(cipher as 'chacha20-poly1305', key, header.nonceOf(number), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(header.signed, { plaintextLength: header.payloadBytes })
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    const payload = decipher.update(sealed.subarray(0, -TAG_BYTES))
    try {
      decipher.final()
    } catch (error) {
      throw corrupt(number, 'it was changed, or the key does not fit', error)
    }
    yield payload
    if (isAtEnd && header.version === VERSION_20 && !header.isFinal) throw cut('after', number)
  }
}

async function packageBody(reader: ByteReader, header: PackageHeader, number: number): Promise<Uint8Array> {
  if (header.length < HEADER_BYTES) throw cut('in', number)
  const bytes = header.payloadBytes + TAG_BYTES
  const sealed = await reader.read(bytes)
  if (sealed.length < bytes) throw cut('in', number)
  return sealed
}

/** That nothing was moved, left out or added; gives the cipher. */
function requireInPlace(
  header: PackageHeader,
  first: PackageHeader,
  number: number,
  isAtEnd: boolean,
  ciphers: readonly CipherName[],
): CipherName {
  const { version, cipher } = header
  if (version !== VERSION_20 && version !== VERSION_10) throw corrupt(number, 'it is no DARE package')
  if (version !== first.version || cipher !== first.cipher) throw corrupt(number, 'it is of another stream')
  if (cipher === undefined || !ciphers.includes(cipher)) throw corrupt(number, 'its cipher is not allowed')
  if (version === VERSION_10 && header.sequence !== number) throw corrupt(number, 'it is not in its place')
  if (version === VERSION_20 && !header.streamNonce.equals(first.streamNonce))
    throw corrupt(number, 'it is of another stream')
  if (!isAtEnd && header.isFinal) throw corrupt(number, 'something follows the last package')
  if (!isAtEnd && header.payloadBytes !== PAYLOAD_BYTES) throw corrupt(number, 'it is too short')
  return cipher
}

function cut(where: 'in' | 'after', number: number): WalgError {
  return new WalgError('E_CRYPT_TRUNCATED', `unable to decrypt: the object ends ${where} package ${number}`)
}

function corrupt(number: number, why: string, cause?: unknown): WalgError {
  return new WalgError('E_CRYPT_CORRUPT', `unable to decrypt package ${number} of the object: ${why}`, {
    cause,
  })
}
