import { WalgError } from '@walg/sdk'
import type { Keys } from './read-keys.js'
import { type Opener, type SecretStreams, TAG_FINAL } from './sodium.js'

/** Opens the messages of one object. The first one shows which key fits. */
export class MessageOpener {
  readonly #streams: SecretStreams
  readonly #keys: Keys
  readonly #header: Uint8Array
  #opener: Opener | undefined
  #isAtEnd = false

  /** The header must be complete when the first message comes. */
  constructor(streams: SecretStreams, keys: Keys, header: Uint8Array) {
    this.#streams = streams
    this.#keys = keys
    this.#header = header
  }

  /** Whether the last message has come. */
  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  open(sealed: Uint8Array, output: Uint8Array): void {
    if (this.#isAtEnd) throw refusal('something follows its last message')
    const tag = this.#opener ? this.#opener.open(sealed, output) : this.#openFirst(sealed, output)
    if (tag === undefined) throw refusal('it was cut or changed')
    this.#isAtEnd = tag === TAG_FINAL
  }

  #openFirst(sealed: Uint8Array, output: Uint8Array): number {
    for (const key of [this.#keys.current, ...this.#keys.previous]) {
      const opener = this.#streams.startOpening(key, this.#header)
      const tag = opener.open(sealed, output)
      if (tag === undefined) continue
      this.#opener = opener
      return tag
    }
    throw refusal('it was encrypted with another key, is not encrypted, or was changed')
  }
}

function refusal(why: string): WalgError {
  return new WalgError('E_CRYPT_CORRUPT', `unable to decrypt with libsodium: ${why}`)
}
