import { createHash } from 'node:crypto'
import { ByteReader, type ByteStream, type Crypter } from '@walg/sdk'
import { KeyRing } from './key-ring.js'
import { decryptMessage } from './message/decrypt-message.js'
import { encryptedData } from './message/encrypt-message.js'
import { corrupt } from './message/errors.js'
import { readBytes } from './message/exact-reads.js'
import { newSessionKey } from './message/session-key.js'

/** How objects begin, with the version of what follows: id of the key, and the key as the KMS has encrypted it. */
const MAGIC = Buffer.from('envelope-yc-kms\u0001')
const MOST_HEADER_BYTES = 8192
const LENGTH_BYTES = 4
const PIECE_BYTES = 256 * 1024

export interface EnvelopeOptions {
  /** An armored private key, as the KMS has encrypted it: it is written for, and stands in front of each object. */
  readonly encryptedKey: Uint8Array
  /** Has the KMS decrypt such a key. */
  openKey(encrypted: Uint8Array): Promise<Uint8Array>
  /** How long an opened key is good; 0 for ever. */
  readonly expirationMs: number
  now(): number
  warn(text: string): void
}

/** OpenPGP messages that bring the key for them along, encrypted by a KMS: who reads needs the KMS and nothing else. */
export function envelopeCrypter(o: EnvelopeOptions): Crypter {
  const rings = new Map<string, { readonly ring: Promise<KeyRing>; readonly since: number }>()

  async function ringOf(encrypted: Uint8Array): Promise<KeyRing> {
    const id = createHash('sha256').update(encrypted).digest('hex')
    const known = rings.get(id)
    if (known && (o.expirationMs === 0 || o.now() - known.since < o.expirationMs)) return await known.ring
    const opening = openRing(encrypted)
    rings.set(id, { ring: opening, since: o.now() })
    try {
      return await opening
    } catch (error) {
      if (known === undefined) {
        rings.delete(id)
        throw error
      }
      // Better to go on with a key that was good than to lose a backup over a KMS that does not answer.
      rings.set(id, { ring: known.ring, since: o.now() })
      o.warn(`the key that was opened before is used on: ${(error as Error).message}`)
      return await known.ring
    }
  }

  async function openRing(encrypted: Uint8Array): Promise<KeyRing> {
    const block = Buffer.from(await o.openKey(encrypted)).toString('utf8')
    const current = { origin: 'the envelope', block }
    return await KeyRing.open({ current, previous: [], passphrase: undefined })
  }

  return {
    id: 'openpgp-envelope',
    async *encrypt(source, options) {
      const ring = await ringOf(o.encryptedKey)
      const ids = Buffer.from(ring.ids().join(','))
      const session = newSessionKey(await ring.cipher())
      yield Buffer.concat([MAGIC, lengthOf(ids), ids, lengthOf(o.encryptedKey), o.encryptedKey])
      yield await ring.sealSessionKey(session)
      yield* encryptedData(source, session, options)
    },
    async *decrypt(source, options) {
      const reader = new ByteReader(source)
      try {
        const { ids, encryptedKey } = await readHeader(reader)
        const ring = await ringOf(encryptedKey)
        if (ids !== ring.ids().join(',')) throw corrupt('its envelope names another key than it holds')
        yield* decryptMessage(rest(reader), ring, options)
      } finally {
        await reader.close()
      }
    },
  }
}

async function readHeader(reader: ByteReader) {
  if (!MAGIC.equals(await readBytes(reader, MAGIC.length)))
    throw corrupt('it is in no envelope of Yandex KMS')
  return { ids: Buffer.from(await readPart(reader)).toString('latin1'), encryptedKey: await readPart(reader) }
}

async function readPart(reader: ByteReader): Promise<Uint8Array> {
  const length = Buffer.from(await readBytes(reader, LENGTH_BYTES)).readUInt32LE()
  if (length > MOST_HEADER_BYTES) throw corrupt('its envelope is damaged')
  return await readBytes(reader, length)
}

async function* rest(reader: ByteReader): ByteStream {
  for (;;) {
    const part = await reader.readSome(PIECE_BYTES)
    if (part === undefined) return
    yield part
  }
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(bytes.length)
  return length
}
