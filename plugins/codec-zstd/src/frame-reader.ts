import { ByteReader, type ByteStream, type CodecOptions, WalgError } from '@walg/sdk'
import { corrupt, truncated } from './damage.js'
import type { ZstdEngine } from './engine.js'
import { FrameBytes } from './frame-bytes.js'
import {
  FRAME_MAGIC,
  MOST_WHOLE_FRAME_BYTES,
  PIECE_BYTES,
  SKIPPABLE_MAGIC,
  SKIPPABLE_MASK,
} from './frame-format.js'
import { readFrameHeader } from './frame-header.js'
import { InOrder } from './in-order.js'
import { type Mark, MOST_MARK_BYTES, readMark } from './object-marks.js'
import { StreamLife } from './stream-life.js'

/**
 * Every frame of the object, one after the other. Frames of up to 4 MiB are unpacked as a whole, several at once; larger ones,
 * of which WAL-G makes one per object, as a stream. An object without a byte stands for empty content: older releases of WAL-G wrote such.
 */
export async function* decompressFrames(
  engine: () => Promise<ZstdEngine>,
  source: ByteStream,
  o: CodecOptions,
): ByteStream {
  const life = new StreamLife(o.signal)
  const { signal } = life
  const reader = new ByteReader(source)
  const unpacking = new InOrder<Uint8Array>(signal, o.concurrency)
  const extent = new Extent()
  try {
    for (;;) {
      signal.throwIfAborted()
      const found = await nextFrame(reader, extent)
      if (found === undefined) break
      if (found.kind === 'mark') {
        yield* counted(unpacking.rest(), extent)
        extent.mark(found.mark)
        continue
      }
      const frame = await readWhole(found.frame)
      if (frame.kind === 'whole') {
        yield* counted(unpacking.surplus(), extent)
        unpacking.add((await engine()).decompress(frame.bytes, found.frame.mostContentBytes, signal))
      } else {
        yield* counted(unpacking.rest(), extent)
        yield* counted((await engine()).decompressStream(frame.chunks, signal), extent)
      }
    }
    yield* counted(unpacking.rest(), extent)
    extent.finish()
  } finally {
    life.end()
    await reader.close()
  }
}

type Found =
  | { readonly kind: 'frame'; readonly frame: FrameBytes }
  | { readonly kind: 'mark'; readonly mark: Mark }

/** The next frame that means something; undefined at the end of the object. */
async function nextFrame(reader: ByteReader, extent: Extent): Promise<Found | undefined> {
  for (;;) {
    if (!(await reader.hasMore())) return undefined
    const magic = await reader.readNumber(4, 'little')
    if (magic === undefined) throw extent.isBegun ? trailing() : truncated('it ends within a frame header')
    if (magic === FRAME_MAGIC) {
      extent.isBegun = true
      return { kind: 'frame', frame: new FrameBytes(reader, await readFrameHeader(reader)) }
    }
    if ((magic & SKIPPABLE_MASK) >>> 0 !== SKIPPABLE_MAGIC) {
      throw extent.isBegun ? trailing() : corrupt('it does not begin with a zstd frame')
    }
    extent.isBegun = true
    const mark = await readSkippable(reader, magic)
    if (mark) return { kind: 'mark', mark }
  }
}

async function readSkippable(reader: ByteReader, magic: number): Promise<Mark | undefined> {
  const size = await reader.readNumber(4, 'little')
  if (size === undefined) throw truncated('a skippable frame is cut')
  const head = await reader.read(Math.min(size, MOST_MARK_BYTES))
  const rest = await reader.skip(size - head.length)
  if (head.length + rest < size) throw truncated('a skippable frame is cut')
  return rest === 0 ? readMark(magic, Buffer.from(head)) : undefined
}

type ReadFrame =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'large'; readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>> }

/** The frame as a whole if it is small, also when unpacked. */
async function readWhole(frame: FrameBytes): Promise<ReadFrame> {
  const chunks = frame.chunks()
  const read: Uint8Array<ArrayBuffer>[] = []
  while (frame.mostContentBytes <= PIECE_BYTES && frame.packedBytes <= MOST_WHOLE_FRAME_BYTES) {
    const next = await chunks.next()
    if (next.done) return { kind: 'whole', bytes: joined(read) }
    read.push(next.value)
  }
  return { kind: 'large', chunks: continued(read, chunks) }
}

function joined(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0]!
  const whole = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

async function* continued<T>(read: T[], rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  for (let chunk = read.shift(); chunk !== undefined; chunk = read.shift()) yield chunk
  yield* rest
}

async function* counted(content: ByteStream, extent: Extent): ByteStream {
  for await (const bytes of content) {
    extent.contentBytes += bytes.length
    if (bytes.length > 0) yield bytes
  }
}

/** What of the object has been seen, and whether that is all of it. */
class Extent {
  isBegun = false
  contentBytes = 0
  #markedFrom: number | undefined

  mark(mark: Mark): void {
    const from = this.#markedFrom
    if (mark.kind === 'begin') {
      if (from !== undefined) throw truncated('the mark of its end is missing')
      this.#markedFrom = this.contentBytes
      return
    }
    if (from === undefined) throw corrupt('the mark of its beginning is missing')
    const bytes = this.contentBytes - from
    if (mark.contentBytes !== BigInt(bytes)) {
      throw corrupt(`it holds ${bytes} bytes, the mark of its end says ${mark.contentBytes}`)
    }
    this.#markedFrom = undefined
  }

  finish(): void {
    if (this.#markedFrom !== undefined) throw truncated('it ends between two frames')
  }
}

function trailing(): WalgError {
  return new WalgError('E_CODEC_TRAILING_DATA', 'unable to decompress zstd: bytes follow that are no frame')
}
