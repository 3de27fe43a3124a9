import { ByteReader, type ByteStream, type CodecOptions } from '@walg/sdk'
import { isAes } from './cfb.js'
import { corrupt } from './errors.js'
import { readBytes, readUnsigned } from './exact-reads.js'
import { bodyOf, type PacketHeader, packet, readHeader, shortPacket, Tag } from './packets.js'
import { openProtected } from './protected-data.js'
import { requireExact } from './session-packet.js'

/** Of everything in front of the data: keys of some thousand recipients. */
const MOST_BYTES_BEFORE = 4 * 1024 * 1024
const PIECE_BYTES = 256 * 1024
const PROTECTED_VERSION = 1
const DATE_BYTES = 4
/** What may come first in the content instead of the data itself. */
const LEFT_TO_LIBRARY: ReadonlySet<number> = new Set([
  Tag.signature,
  Tag.onePassSignature,
  Tag.compressed,
  Tag.marker,
  Tag.padding,
])

/** The key of one message that is being read. */
export interface OpenedSession {
  readonly key: Uint8Array
  /** By its number in OpenPGP; undefined where the data says it. */
  readonly algorithm: number | undefined
  /** Decrypts the whole message, of any form. Its errors are `E_CRYPT_*`, or those of the source. */
  decrypt(message: ByteStream, o: CodecOptions): ByteStream
}

/** What is needed of the keys to read messages. */
export interface MessageKeys {
  /** Finds the session key in these packets, which are as they were sent; rejects with `E_CRYPT_KEY` when no key opens one. */
  openSession(packets: Uint8Array): Promise<OpenedSession>
}

/**
 * Decrypts one message. The form that WAL-G, walg and gpg write is read here; for all others (AEAD, compressed or signed content, old
 * ciphers) the library is used. What is not integrity protected, not encrypted, cut or followed by anything is refused.
 */
export async function* decryptMessage(source: ByteStream, keys: MessageKeys, o: CodecOptions): ByteStream {
  const reader = new ByteReader(source)
  try {
    const { packets, header } = await readBeginning(reader)
    const session = await keys.openSession(packets)
    const body = bodyOf(reader, header)
    yield* header.tag === Tag.protected
      ? readProtected(packets, body, session, o)
      : session.decrypt(joined(packets, header.tag, body), o)
    if (await reader.hasMore()) throw corrupt('there is something after the end of the message')
  } finally {
    await reader.close()
  }
}

/** Encrypted session keys, and the header of what they open. */
async function readBeginning(reader: ByteReader): Promise<{ packets: Uint8Array; header: PacketHeader }> {
  const packets: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const header = await readHeader(reader)
    switch (header.tag) {
      case Tag.publicKeySession:
      case Tag.passwordSession:
      case Tag.marker:
      case Tag.padding: {
        const body: Uint8Array[] = []
        for await (const part of bodyOf(reader, header)) {
          bytes += part.length
          if (bytes > MOST_BYTES_BEFORE) throw corrupt('more than 4 MiB come before the encrypted data')
          body.push(part)
        }
        if (header.tag === Tag.publicKeySession) {
          const whole = Buffer.concat(body)
          requireExact(whole)
          packets.push(shortPacket(header.tag, whole))
        }
        break
      }
      case Tag.protected:
      case Tag.aead:
        if (packets.length === 0) throw corrupt('it was encrypted for no key')
        return { packets: Buffer.concat(packets), header }
      case Tag.encrypted:
        throw corrupt('it is not protected against changes')
      default:
        throw corrupt('it is not encrypted')
    }
  }
}

async function* readProtected(
  packets: Uint8Array,
  body: ByteStream,
  session: OpenedSession,
  o: CodecOptions,
): ByteStream {
  const replay = new Replay(body)
  const [version] = await replay.first()
  const { key, algorithm } = session
  if (version === PROTECTED_VERSION && algorithm !== undefined && isAes(algorithm)) {
    const content = new ByteReader(openProtected(withoutVersion(replay.chunks()), { algorithm, key }))
    const inner = await readHeader(content)
    if (inner.tag === Tag.literal) {
      replay.forget()
      yield* literalContent(content, inner, o.signal)
      return
    }
    // The library waits for ever on a packet that has no business here.
    if (!LEFT_TO_LIBRARY.has(inner.tag)) throw corrupt('its content is damaged')
  }
  yield* session.decrypt(joined(packets, Tag.protected, replay.chunks()), o)
}

async function* literalContent(content: ByteReader, header: PacketHeader, signal: AbortSignal): ByteStream {
  const body = new ByteReader(bodyOf(content, header))
  await readUnsigned(body, 1)
  const nameBytes = await readUnsigned(body, 1)
  await readBytes(body, nameBytes + DATE_BYTES)
  for (;;) {
    signal.throwIfAborted()
    const part = await body.readSome(PIECE_BYTES)
    if (part === undefined) break
    yield part
  }
  // The end of the content is where its modification detection code is looked at.
  if (await content.hasMore()) throw corrupt('there is something after its content')
}

/** A message again, for another reader. */
async function* joined(packets: Uint8Array, tag: number, body: ByteStream): ByteStream {
  yield packets
  yield* packet(tag, body, PIECE_BYTES)
}

async function* withoutVersion(body: ByteStream): ByteStream {
  let isFirst = true
  for await (const chunk of body) {
    const rest = isFirst ? chunk.subarray(1) : chunk
    isFirst = false
    if (rest.length > 0) yield rest
  }
}

/** A stream that can be read again from its beginning until that is no longer wanted. Readers that stop do not end it. */
class Replay {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #seen: Uint8Array[] = []
  #isForgotten = false

  constructor(source: ByteStream) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Its first chunk; empty when it has none. */
  async first(): Promise<Uint8Array> {
    return (await this.#pull()) ?? new Uint8Array()
  }

  async *chunks(): ByteStream {
    yield* [...this.#seen]
    for (let chunk = await this.#pull(); chunk !== undefined; chunk = await this.#pull()) yield chunk
  }

  forget(): void {
    this.#isForgotten = true
    this.#seen.length = 0
  }

  async #pull(): Promise<Uint8Array | undefined> {
    const next = await this.#source.next()
    if (next.done) return undefined
    if (!this.#isForgotten) this.#seen.push(next.value)
    return next.value
  }
}
