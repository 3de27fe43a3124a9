import type { ByteStream, CodecOptions } from '@walg/sdk'
import { Coder } from './coder.js'
import { inPieces } from './in-pieces.js'
import { newNativeStream } from './native-stream.js'

const MODE_FAST = 1
const MATCH_FINDER_HC3 = 3

/**
 * What WAL-G writes into the header, with the search of `xz -0`: it takes less time than WAL-G's, and packs more. `xz -6` would make a sixth
 * less of it, in six times the time.
 */
const ENCODER = {
  dictSize: 8 * 1024 * 1024,
  lc: 3,
  lp: 0,
  pb: 2,
  mode: MODE_FAST,
  mf: MATCH_FINDER_HC3,
  niceLen: 128,
  depth: 4,
}
/** A piece takes tens of milliseconds at most, and an abort waits no longer. */
const PIECE_BYTES = 128 * 1024

/** One stream of unknown length with an end marker: there is no way to write one in parallel. */
export async function* compress(source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const native = await newNativeStream()
  native.aloneEncoder(ENCODER)
  const encoder = new Coder(native)
  try {
    for await (const piece of inPieces(source, PIECE_BYTES, o)) yield* (await encoder.code(piece)).output
    yield* (await encoder.finish()).output
  } finally {
    encoder.close()
  }
}
