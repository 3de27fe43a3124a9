import type { ByteStream } from '@walg/sdk'

/** Some of a stream, in the buffers it came in. */
export interface Piece {
  readonly chunks: readonly Uint8Array[]
  readonly bytes: number
  readonly isLast: boolean
}

/** Cuts a stream into pieces of exactly so many bytes, the last of what is left; at least one. No bytes are copied. */
export async function* piecesOf(source: ByteStream, pieceBytes: number): AsyncGenerator<Piece> {
  let chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of source) {
    let rest = chunk
    while (rest.length > 0) {
      if (bytes === pieceBytes) {
        yield { chunks, bytes, isLast: false }
        chunks = []
        bytes = 0
      }
      const taken = rest.subarray(0, pieceBytes - bytes)
      chunks.push(taken)
      bytes += taken.length
      rest = rest.subarray(taken.length)
    }
  }
  yield { chunks, bytes, isLast: true }
}

/** What is left of buffers behind so many bytes. */
export function behind(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes
  return chunks.flatMap((chunk) => {
    const rest = chunk.subarray(Math.min(skip, chunk.length))
    skip -= chunk.length - rest.length
    return rest.length > 0 ? [rest] : []
  })
}
