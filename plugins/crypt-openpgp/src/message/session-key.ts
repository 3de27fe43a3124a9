import { randomBytes } from 'node:crypto'
import { AES, type AesAlgorithm } from './cfb.js'

/** The key of one message. */
export interface SessionKey {
  readonly algorithm: AesAlgorithm
  readonly key: Uint8Array
}

export function newSessionKey(algorithm: AesAlgorithm): SessionKey {
  return { algorithm, key: randomBytes(Number(AES[algorithm].slice(-3)) / 8) }
}
