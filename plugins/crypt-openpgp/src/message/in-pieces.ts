import type { ByteStream } from '@walg/sdk'

/**
 * The same bytes, `pieceBytes` at a time; only the last piece is shorter. Each is memory that its reader may change. It is the reader's own
 * for ever, or until the next piece is asked for.
 */
export async function* inPieces(
  source: ByteStream,
  pieceBytes: number,
  memory: 'own' | 'used again' = 'own',
): ByteStream {
  let piece: Uint8Array = Buffer.allocUnsafeSlow(pieceBytes)
  let filled = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const step = Math.min(chunk.length - at, pieceBytes - filled)
      piece.set(chunk.subarray(at, at + step), filled)
      filled += step
      at += step
      if (filled < pieceBytes) continue
      yield piece
      if (memory === 'own') piece = Buffer.allocUnsafeSlow(pieceBytes)
      filled = 0
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}
