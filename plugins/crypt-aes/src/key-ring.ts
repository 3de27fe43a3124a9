import { createHash, createSecretKey, type KeyObject } from 'node:crypto'

export const KEY_BYTES = 32
export const KEY_ID_BYTES = 8

/** A master key; data is encrypted with keys that are derived from it. */
export interface MasterKey {
  readonly secret: KeyObject
  /** Tells keys apart and says nothing about them. */
  readonly id: Buffer
}

/** The key to encrypt with, and all that may decrypt. */
export interface KeyRing {
  readonly current: MasterKey
  find(id: Uint8Array): MasterKey | undefined
}

export function masterKey(bytes: Uint8Array): MasterKey {
  const id = createHash('sha256').update('walg-aes key id\0').update(bytes).digest().subarray(0, KEY_ID_BYTES)
  return { secret: createSecretKey(bytes), id }
}

export function keyRing(current: MasterKey, previous: readonly MasterKey[]): KeyRing {
  const all = new Map([...previous, current].map((key) => [key.id.toString('hex'), key]))
  return { current, find: (id) => all.get(Buffer.from(id).toString('hex')) }
}
