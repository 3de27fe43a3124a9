import type { ByteStream, CodecOptions } from '@walg/sdk'

/** The same bytes in pieces of at most a size, none empty. Gives each chunk back when the piece after its last one is asked for. */
export async function* inPieces(source: ByteStream, pieceBytes: number, o: CodecOptions): ByteStream {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      o.signal.throwIfAborted()
      yield chunk.subarray(at, at + pieceBytes)
    }
    o.recycle?.(chunk)
  }
  o.signal.throwIfAborted()
}

/** The same pieces after one of exactly a length, in memory of its own. It comes always, and is shorter only when nothing follows. */
export async function* headFirst(
  pieces: ByteStream,
  headBytes: number,
): AsyncGenerator<Uint8Array, undefined> {
  let head = Buffer.alloc(0)
  for await (const piece of pieces) {
    const lacking = headBytes - head.length
    if (lacking === 0) {
      yield piece
      continue
    }
    head = Buffer.concat([head, piece.subarray(0, lacking)])
    if (head.length < headBytes) continue
    yield head
    if (piece.length > lacking) yield piece.subarray(lacking)
  }
  if (head.length < headBytes) yield head
}
