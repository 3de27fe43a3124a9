import { createHash, randomBytes } from 'node:crypto'
import type { ByteStream, CodecOptions } from '@walg/sdk'
import { BLOCK_BYTES, cfbCipher } from './cfb.js'
import { inPieces } from './in-pieces.js'
import { packet, Tag } from './packets.js'
import { MDC_HEADER } from './protected-data.js'
import type { SessionKey } from './session-key.js'

/** Stays in the cache of a core while it is hashed and encrypted; also the length of the pieces of packets. */
const PIECE_BYTES = 256 * 1024
/** Binary data, no file name, no date. WAL-G says that it is text, and gpg would then change its line ends. */
const LITERAL_HEADER = Uint8Array.of(0x62, 0, 0, 0, 0, 0)
const VERSION = Uint8Array.of(1)

/**
 * What follows the encrypted session keys: integrity protected data of version 1, which every OpenPGP program reads, with one literal
 * packet in it. Holds four pieces of 256 KiB.
 */
export async function* encryptedData(source: ByteStream, session: SessionKey, o: CodecOptions): ByteStream {
  const content = packet(Tag.literal, literalBody(source, o.signal), PIECE_BYTES, 'used again')
  yield* packet(Tag.protected, protectedBody(content, session), PIECE_BYTES)
}

async function* literalBody(source: ByteStream, signal: AbortSignal): ByteStream {
  signal.throwIfAborted()
  yield LITERAL_HEADER
  for await (const chunk of source) {
    signal.throwIfAborted()
    yield chunk
  }
}

async function* protectedBody(content: ByteStream, { algorithm, key }: SessionKey): ByteStream {
  yield VERSION
  const encrypt = cfbCipher('encrypt', algorithm, key)
  for await (const piece of inPieces(withDetectionCode(content), PIECE_BYTES, 'used again')) {
    encrypt(piece)
    yield piece
  }
}

async function* withDetectionCode(content: ByteStream): ByteStream {
  const random = randomBytes(BLOCK_BYTES)
  // Its end is repeated: a reader with another key notices at once.
  const prefix = Buffer.concat([random, random.subarray(-2)])
  const hash = createHash('sha1').update(prefix)
  yield prefix
  for await (const chunk of content) {
    hash.update(chunk)
    yield chunk
  }
  yield Buffer.concat([MDC_HEADER, hash.update(MDC_HEADER).digest()])
}
