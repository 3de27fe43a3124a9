import type { ByteReader } from '@walg/sdk'
import { truncated } from './errors.js'

/** As many bytes as are wanted; `E_CRYPT_TRUNCATED` where they do not come. */
export async function readBytes(reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.read(count)
  if (bytes.length < count) throw truncated()
  return bytes
}

/** A number of 1 to 4 bytes, greatest first; `E_CRYPT_TRUNCATED` where they do not come. */
export async function readUnsigned(reader: ByteReader, bytes: number): Promise<number> {
  const value = await reader.readNumber(bytes, 'big')
  if (value === undefined) throw truncated()
  return value
}
