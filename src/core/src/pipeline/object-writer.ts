import { createHash, type Hash } from 'node:crypto'
import type { ByteStream, Compressor, Crypter, Storage } from '@walg/sdk'
import { lookAhead } from './look-ahead.js'
import { NativeMemory } from './native-memory.js'

export interface WriteObjectOptions {
  readonly signal: AbortSignal
  readonly compressor?: Compressor
  readonly crypter?: Crypter
  /** Blocks compressed at once. */
  readonly concurrency: number
  /** Takes source chunks back whose bytes are no longer needed. */
  recycle?(chunk: Uint8Array): void
}

export interface StoredObject {
  readonly key: string
  /** Bytes as stored. */
  readonly size: number
  /** Of the stored bytes, hexadecimal: proves the object without a key. */
  readonly sha256: string
  /** Bytes before compression. */
  readonly plainBytes: number
}

/** Compresses, encrypts, hashes and stores one stream. Nothing is left when it fails. */
export async function writeObject(
  storage: Storage,
  key: string,
  source: ByteStream,
  o: WriteObjectOptions,
): Promise<StoredObject> {
  const codec = { signal: o.signal, concurrency: o.concurrency }
  const plain = { bytes: 0 }
  const counted = counting(source, plain)
  const first = o.recycle ? { ...codec, recycle: o.recycle } : codec
  const isCompressed = o.compressor !== undefined && o.compressor.extension !== ''
  let packed = isCompressed ? o.compressor.compress(counted, first) : counted
  if (o.crypter) packed = o.crypter.encrypt(packed, isCompressed ? codec : first)
  else if (!isCompressed && o.recycle) packed = copied(counted, o.recycle)
  const hash = createHash('sha256')
  const stored = { bytes: 0 }
  await storage.write(key, lookAhead(hashing(packed, hash, stored)), { signal: o.signal })
  return { key, size: stored.bytes, sha256: hash.digest('hex'), plainBytes: plain.bytes }
}

async function* counting(source: ByteStream, count: { bytes: number }): ByteStream {
  const memory = new NativeMemory()
  for await (const chunk of source) {
    count.bytes += chunk.length
    memory.passed(chunk.length)
    yield chunk
  }
}

/** Stored as it is, a chunk may stay with the storage for a while: it gets a copy, the slab goes back at once. */
async function* copied(source: ByteStream, recycle: (chunk: Uint8Array) => void): ByteStream {
  for await (const chunk of source) {
    // Not slice(): that of a Buffer shares its memory.
    const copy = new Uint8Array(chunk)
    recycle(chunk)
    yield copy
  }
}

async function* hashing(source: ByteStream, hash: Hash, count: { bytes: number }): ByteStream {
  for await (const chunk of source) {
    count.bytes += chunk.length
    hash.update(chunk)
    yield chunk
  }
}
