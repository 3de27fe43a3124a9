import type { ByteStream } from '@walg/sdk'

/** Repeatable bytes that do not compress: the same for the same seed. */
export function randomBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = (seed * 2654435761) >>> 0 || 1
  for (let at = 0; at < length; at++) {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[at] = state & 0xff
  }
  return bytes
}

/** Repeatable bytes that compress about as well as database pages. */
export function pageLikeBytes(length: number, seed = 1): Uint8Array {
  const noise = randomBytes(Math.ceil(length / 8), seed)
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++)
    bytes[at] = at % 64 < 16 ? (noise[(at * 3) % noise.length] ?? 0) : at >> 10
  return bytes
}

/** A part of some bytes in memory of its own; `slice` of a Buffer would share it. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end))
}

/** The bytes as a stream of chunks of this length. */
export async function* streamOf(bytes: Uint8Array, chunkBytes = 65_536): ByteStream {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield copyOf(bytes, at, at + chunkBytes)
}

/** Everything that a stream gives, in one piece. */
export async function collect(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
