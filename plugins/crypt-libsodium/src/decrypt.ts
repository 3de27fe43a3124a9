import { type ByteStream, type CodecOptions, WalgError } from '@walg/sdk'
import { EMPTY_OBJECT_OF_WAL_G, MESSAGE_BYTES, MOST_MESSAGES, SEALED_BYTES } from './format.js'
import { MessageCutter } from './message-cutter.js'
import { MessageOpener } from './message-opener.js'
import type { Keys } from './read-keys.js'
import { HEADER_BYTES, SEAL_BYTES, secretStreams } from './sodium.js'

/** Gives out messages that have been proven, and ends without an error only after one that says it is the last. */
export async function* decrypt(keys: Keys, source: ByteStream, o: CodecOptions): ByteStream {
  o.signal.throwIfAborted()
  const header = Buffer.alloc(HEADER_BYTES)
  let headerFilled = 0
  const opener = new MessageOpener(await secretStreams(), keys, header)
  const cutter = new MessageCutter(SEALED_BYTES)
  for await (const chunk of source) {
    o.signal.throwIfAborted()
    const step = Math.min(HEADER_BYTES - headerFilled, chunk.length)
    header.set(chunk.subarray(0, step), headerFilled)
    headerFilled += step
    const body = step === 0 ? chunk : chunk.subarray(step)
    let left = cutter.count(body)
    let output = outputFor(left)
    let filled = 0
    for (const sealed of cutter.cut(body)) {
      opener.open(sealed, output.subarray(filled, filled + MESSAGE_BYTES))
      filled += MESSAGE_BYTES
      left--
      if (filled < output.length) continue
      yield output
      o.signal.throwIfAborted()
      output = outputFor(left)
      filled = 0
    }
    o.recycle?.(chunk)
  }
  if (headerFilled < HEADER_BYTES) {
    if (header.subarray(0, headerFilled).equals(EMPTY_OBJECT_OF_WAL_G)) return
    throw cut()
  }
  yield* lastMessage(opener, cutter.rest)
}

/** A last message of full length has come with the others: libsodium allows it, though WAL-G never writes it. */
function* lastMessage(opener: MessageOpener, sealed: Uint8Array): Generator<Uint8Array> {
  if (sealed.length < SEAL_BYTES && !opener.isAtEnd) throw cut()
  if (sealed.length === 0) return
  const output = Buffer.allocUnsafe(Math.max(sealed.length - SEAL_BYTES, 0))
  opener.open(sealed, output)
  if (!opener.isAtEnd) throw cut()
  if (output.length > 0) yield output
}

function outputFor(messages: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(messages, MOST_MESSAGES) * MESSAGE_BYTES)
}

function cut(): WalgError {
  return new WalgError(
    'E_CRYPT_TRUNCATED',
    'unable to decrypt with libsodium: the object ends before its last message',
  )
}
