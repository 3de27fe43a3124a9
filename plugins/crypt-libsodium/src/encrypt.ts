import type { ByteStream, CodecOptions } from '@walg/sdk'
import { MESSAGE_BYTES, MOST_MESSAGES, SEALED_BYTES } from './format.js'
import { MessageCutter } from './message-cutter.js'
import { SEAL_BYTES, secretStreams, TAG_FINAL, TAG_MESSAGE } from './sodium.js'

/** A header, full messages, and a last one that is shorter: WAL-G takes a full one that is marked as the last for a mistake. */
export async function* encrypt(key: Uint8Array, source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const sealer = (await secretStreams()).startSealing(key)
  const cutter = new MessageCutter(MESSAGE_BYTES)
  let header = sealer.header
  for await (const chunk of source) {
    o.signal.throwIfAborted()
    let left = cutter.count(chunk)
    let output = outputFor(header, left)
    let filled = header.length
    for (const message of cutter.cut(chunk)) {
      sealer.seal(message, TAG_MESSAGE, output.subarray(filled, filled + SEALED_BYTES))
      filled += SEALED_BYTES
      left--
      if (filled < output.length) continue
      yield output
      o.signal.throwIfAborted()
      header = NO_BYTES
      output = outputFor(header, left)
      filled = 0
    }
    o.recycle?.(chunk)
  }
  const output = Buffer.allocUnsafe(header.length + cutter.rest.length + SEAL_BYTES)
  output.set(header)
  sealer.seal(cutter.rest, TAG_FINAL, output.subarray(header.length))
  yield output
}

const NO_BYTES = new Uint8Array()

/** Memory for the next messages of a chunk, behind the header if it has not gone out yet. */
function outputFor(header: Uint8Array, messages: number): Buffer {
  if (messages === 0) return Buffer.alloc(0)
  const output = Buffer.allocUnsafeSlow(header.length + Math.min(messages, MOST_MESSAGES) * SEALED_BYTES)
  output.set(header)
  return output
}
