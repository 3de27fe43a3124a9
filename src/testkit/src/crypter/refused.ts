import assert from 'node:assert/strict'
import { type Crypter, isWalgError } from '@walg/sdk'
import { streamOf } from '../bytes.js'
import { optionsOf } from '../transform/transform.js'

/** How the decrypting of something that is not as it was ended. */
export interface Refusal {
  /** What was given out before. */
  readonly bytes: Uint8Array
  readonly error: unknown
}

/** Decrypts what must be refused, with an error of the contract. */
export async function refused(
  env: { readonly crypter: Crypter; readonly signal: AbortSignal },
  stored: Uint8Array,
  what: string,
): Promise<Refusal> {
  const chunks: Uint8Array[] = []
  let error: unknown
  try {
    for await (const chunk of env.crypter.decrypt(streamOf(stored), optionsOf(env))) chunks.push(chunk)
  } catch (caught) {
    error = caught
  }
  assert.notEqual(error, undefined, `${what}: it was decrypted without an error`)
  assert.ok(
    isWalgError(error) && /^E_CRYPT_/.test(error.code),
    `${what}: the error is none of E_CRYPT_*: ${String(error)}`,
  )
  return { bytes: Buffer.concat(chunks), error }
}
