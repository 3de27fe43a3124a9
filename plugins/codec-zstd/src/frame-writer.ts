import type { ByteStream, CodecOptions } from '@walg/sdk'
import type { PackedPiece, Piece, ZstdEngine } from './engine.js'
import { PIECE_BYTES } from './frame-format.js'
import { InOrder } from './in-order.js'
import { beginMark, endMark } from './object-marks.js'
import { StreamLife } from './stream-life.js'

/** Frames of 4 MiB of content each, compressed in parallel and written in order. What is no larger is one frame and nothing else. */
export async function* compressFrames(
  engine: () => Promise<ZstdEngine>,
  level: number,
  source: ByteStream,
  o: CodecOptions,
): ByteStream {
  const spare: ArrayBuffer[] = []
  const pieces = inPieces(source, spare, o)
  yield* writeFrames(engine, level, pieces, spare, o)
}

/** The same for bytes that are all at hand. */
export async function compressWhole(
  engine: () => Promise<ZstdEngine>,
  level: number,
  bytes: Uint8Array,
  o: CodecOptions,
): Promise<readonly Uint8Array[]> {
  const pieces = async function* (): AsyncGenerator<Piece, void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      yield { bytes: bytes.subarray(at, at + PIECE_BYTES), memory: undefined }
    }
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of writeFrames(engine, level, pieces(), [], o)) chunks.push(chunk)
  return chunks
}

async function* writeFrames(
  engine: () => Promise<ZstdEngine>,
  level: number,
  pieces: AsyncGenerator<Piece, void>,
  spare: ArrayBuffer[],
  o: CodecOptions,
): ByteStream {
  const life = new StreamLife(o.signal)
  const { signal } = life
  const packing = new InOrder<PackedPiece>(signal, o.concurrency)
  const frames = async function* (packed: AsyncIterable<PackedPiece>): ByteStream {
    for await (const { frame, memory } of packed) {
      if (memory) spare.push(memory)
      yield frame
    }
  }
  try {
    const first = await pieces.next()
    const firstPiece = first.done ? EMPTY : first.value
    // A piece that is given to the engine has no length any more.
    let contentBytes = firstPiece.bytes.length
    packing.add((await engine()).compress(firstPiece, level, signal))
    // A piece that is not full is the last one.
    let second = contentBytes < PIECE_BYTES ? undefined : await pieces.next()
    if (second?.done) second = undefined
    if (!second) return yield* frames(packing.rest())

    yield beginMark()
    for (let piece: IteratorResult<Piece, void> = second; !piece.done; piece = await pieces.next()) {
      yield* frames(packing.surplus())
      contentBytes += piece.value.bytes.length
      packing.add((await engine()).compress(piece.value, level, signal))
    }
    yield* frames(packing.rest())
    yield endMark(contentBytes)
  } finally {
    life.end()
    await pieces.return()
  }
}

const EMPTY: Piece = { bytes: new Uint8Array(), memory: undefined }

/** Chunks of any length become full pieces, and a last one that is not full; their memory is used again when it lies in `spare`. */
async function* inPieces(
  source: ByteStream,
  spare: ArrayBuffer[],
  o: CodecOptions,
): AsyncGenerator<Piece, void> {
  let memory: ArrayBuffer | undefined
  let filled = 0
  for await (const chunk of source) {
    o.signal.throwIfAborted()
    for (let at = 0; at < chunk.length; ) {
      memory ??= spare.pop() ?? new ArrayBuffer(PIECE_BYTES)
      const step = Math.min(PIECE_BYTES - filled, chunk.length - at)
      new Uint8Array(memory, filled).set(chunk.subarray(at, at + step))
      at += step
      filled += step
      if (filled < PIECE_BYTES) continue
      yield { bytes: new Uint8Array(memory), memory }
      memory = undefined
      filled = 0
    }
    o.recycle?.(chunk)
  }
  if (memory) yield { bytes: new Uint8Array(memory, 0, filled), memory }
}
