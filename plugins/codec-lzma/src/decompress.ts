import type { ByteStream, CodecOptions } from '@walg/sdk'
import { ALONE_HEADER_BYTES } from './alone-header.js'
import { truncated } from './damage.js'
import { headFirst, inPieces } from './in-pieces.js'
import { openReader } from './open-reader.js'
import type { Reader } from './stream-reader.js'

/**
 * All that a piece unpacks to is in memory at once, and a hostile one unpacks to 7000 times its size: 28 MiB. Smaller ones
 * would take longer.
 */
const PIECE_BYTES = 4096

/** Reads one .lzma stream, or an .xz file under the same name. */
export async function* decompress(source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const pieces = headFirst(inPieces(source, PIECE_BYTES, o), ALONE_HEADER_BYTES)
  try {
    const { value: head } = await pieces.next()
    if (!head?.length) throw truncated('the object is empty')
    const reader = await openReader(head)
    try {
      yield* unpacked(reader, pieces)
    } finally {
      reader.close()
    }
  } finally {
    await pieces.return(undefined)
  }
}

async function* unpacked(reader: Reader, pieces: ByteStream): ByteStream {
  requireSound(reader)
  for await (const piece of pieces) {
    yield* await reader.read(piece)
    requireSound(reader)
  }
  yield* await reader.finish()
  requireSound(reader)
}

function requireSound(reader: Reader): void {
  const problem = reader.problem()
  if (problem) throw problem
}
