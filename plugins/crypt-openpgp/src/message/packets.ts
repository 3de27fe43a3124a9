import type { ByteReader, ByteStream } from '@walg/sdk'
import { corrupt, truncated } from './errors.js'
import { readUnsigned } from './exact-reads.js'
import { inPieces } from './in-pieces.js'

/** Packet types (RFC 9580, 5). */
export const Tag = {
  publicKeySession: 1,
  signature: 2,
  passwordSession: 3,
  onePassSignature: 4,
  compressed: 8,
  encrypted: 9,
  marker: 10,
  literal: 11,
  protected: 18,
  aead: 20,
  padding: 21,
} as const

/** Length of a body: of the whole, or of its first piece, after which another length comes. `undefined`: up to the end of the stream. */
interface Length {
  readonly bytes: number | undefined
  readonly isPartial: boolean
}

/** The beginning of a packet; its body is read with `bodyOf`. */
export interface PacketHeader {
  readonly tag: number
  readonly length: Length
}

const NEW_FORMAT = 0x40
const FIRST_PARTIAL = 224
const FOUR_BYTES = 255

/** Rejects with `E_CRYPT_CORRUPT` where no packet begins. */
export async function readHeader(reader: ByteReader): Promise<PacketHeader> {
  const first = await readUnsigned(reader, 1)
  if ((first & 0x80) === 0) throw corrupt('this is no OpenPGP message')
  if (first & NEW_FORMAT) return { tag: first & 0x3f, length: await readLength(reader) }
  const tag = (first >> 2) & 0x0f
  const lengthType = first & 0x03
  if (lengthType === 3) return { tag, length: { bytes: undefined, isPartial: false } }
  return { tag, length: { bytes: await readUnsigned(reader, 1 << lengthType), isPartial: false } }
}

async function readLength(reader: ByteReader): Promise<Length> {
  const first = await readUnsigned(reader, 1)
  if (first < 192) return { bytes: first, isPartial: false }
  if (first < FIRST_PARTIAL)
    return { bytes: ((first - 192) << 8) + (await readUnsigned(reader, 1)) + 192, isPartial: false }
  if (first < FOUR_BYTES) return { bytes: 2 ** (first & 0x1f), isPartial: true }
  return { bytes: await readUnsigned(reader, 4), isPartial: false }
}

/** Gives the body of a packet out as its bytes come. A body that is cut is `E_CRYPT_TRUNCATED`. */
export async function* bodyOf(reader: ByteReader, { length }: PacketHeader): ByteStream {
  for (let { bytes, isPartial } = length; ; ) {
    let rest = bytes ?? Number.POSITIVE_INFINITY
    while (rest > 0) {
      const part = await reader.readSome(rest)
      if (part === undefined) {
        if (bytes === undefined) return
        throw truncated()
      }
      rest -= part.length
      yield part
    }
    if (!isPartial) return
    ;({ bytes, isPartial } = await readLength(reader))
  }
}

/**
 * One packet around a stream, in pieces of `pieceBytes`, a power of two from 512 on: its length need not be known. Where
 * memory is used again, a chunk is only good until the next is asked for.
 */
export async function* packet(
  tag: number,
  source: ByteStream,
  pieceBytes: number,
  memory?: 'own' | 'used again',
): ByteStream {
  const partial = FIRST_PARTIAL + Math.log2(pieceBytes)
  const type = 0x80 | NEW_FORMAT | tag
  let isFirst = true
  // A piece that is not full is the last one.
  for await (const piece of inPieces(source, pieceBytes, memory)) {
    const isLast = piece.length < pieceBytes
    const length = isLast ? encodedLength(piece.length) : [partial]
    yield Uint8Array.from(isFirst ? [type, ...length] : length)
    yield piece
    if (isLast) return
    isFirst = false
  }
  yield Uint8Array.from(isFirst ? [type, 0] : [0])
}

function encodedLength(bytes: number): readonly number[] {
  if (bytes < 192) return [bytes]
  if (bytes < 8384) return [((bytes - 192) >> 8) + 192, (bytes - 192) & 0xff]
  return [FOUR_BYTES, bytes >>> 24, (bytes >>> 16) & 0xff, (bytes >>> 8) & 0xff, bytes & 0xff]
}

/** A short packet as it is sent. */
export function shortPacket(tag: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x80 | NEW_FORMAT | tag, ...encodedLength(body.length)), body])
}
