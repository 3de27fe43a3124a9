import type { ByteStream } from '@walg/sdk'

/**
 * The same bytes, `pieceBytes` at a time; only the last piece is shorter. Each is memory that its reader may change, and that is used again
 * when `memories` more pieces were asked for: for ever the reader's own without a number.
 */
export async function* inPieces(
  source: ByteStream,
  pieceBytes: number,
  memories = Number.POSITIVE_INFINITY,
): ByteStream {
  const used: Uint8Array[] = []
  const next = () => (used.length < memories ? Buffer.allocUnsafeSlow(pieceBytes) : used.shift()!)
  let piece = next()
  let filled = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const step = Math.min(chunk.length - at, pieceBytes - filled)
      piece.set(chunk.subarray(at, at + step), filled)
      filled += step
      at += step
      if (filled < pieceBytes) continue
      yield piece
      if (Number.isFinite(memories)) used.push(piece)
      piece = next()
      filled = 0
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}
