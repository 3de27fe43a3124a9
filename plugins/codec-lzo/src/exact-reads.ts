import type { ByteReader } from '@walg/sdk'
import { truncated } from './damage.js'

/** As many bytes as are wanted, in memory of their own; `what` is cut where they do not come. */
export async function readBytes(reader: ByteReader, count: number, what: string): Promise<Buffer> {
  const bytes = await reader.read(count)
  if (bytes.length < count) throw truncated(`${what} is cut`)
  return Buffer.from(bytes)
}

/** A number of four bytes, greatest first. */
export async function readUInt32(reader: ByteReader, what: string): Promise<number> {
  const value = await reader.readNumber(4, 'big')
  if (value === undefined) throw truncated(`${what} is cut`)
  return value
}
