import type { ByteStream, CodecOptions } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import type { Config, Key, SessionKey as LibrarySessionKey, PartialConfig, PrivateKey } from 'openpgp'
import type { AesAlgorithm } from './message/cfb.js'
import type { MessageKeys, OpenedSession } from './message/decrypt-message.js'
import { corrupt } from './message/errors.js'
import type { SessionKey } from './message/session-key.js'
import type { Recipients } from './openpgp-crypter.js'

type Library = typeof import('openpgp')

const AES_128 = 7
const AES_256 = 9
const NAMES = { [AES_128]: 'aes128', 8: 'aes192', [AES_256]: 'aes256' } as const

/** Keys that are old or weak are the user's choice: WAL-G has written backups for them, which must stay readable. */
function lenient(): PartialConfig {
  return {
    minRSABits: 1024,
    rejectPublicKeyAlgorithms: new Set() as Config['rejectPublicKeyAlgorithms'],
    rejectCurves: new Set() as Config['rejectCurves'],
    rejectHashAlgorithms: new Set() as Config['rejectHashAlgorithms'],
    rejectMessageHashAlgorithms: new Set() as Config['rejectMessageHashAlgorithms'],
    // Its bytes are given out as they come, like those of every codec and crypter; the error comes at the end.
    allowUnauthenticatedStream: true,
  }
}

/** A key as its owner gave it. */
export interface KeySource {
  /** Setting and perhaps file, for messages. */
  readonly origin: string
  /** One armored block, or a binary key ring. */
  readonly block: string | Uint8Array
}

export interface KeyRingSources {
  /** Encrypts, and decrypts where it is private. */
  readonly current: KeySource
  /** Only decrypts. */
  readonly previous: readonly KeySource[]
  readonly passphrase: string | undefined
}

/** Keys in memory, by OpenPGP.js. */
export class KeyRing implements MessageKeys, Recipients {
  readonly #library: Library
  readonly #origin: string
  readonly #recipients: readonly Key[]
  readonly #unlocked: readonly PrivateKey[]
  /** Ids of private keys that the passphrase does not open. */
  readonly #locked: readonly string[]

  private constructor(
    library: Library,
    origin: string,
    recipients: readonly Key[],
    unlocked: readonly PrivateKey[],
    locked: readonly string[],
  ) {
    this.#library = library
    this.#origin = origin
    this.#recipients = recipients
    this.#unlocked = unlocked
    this.#locked = locked
  }

  /** Rejects with `E_SETTING_INVALID` where there is no key. Its own text is never shown. */
  static async open({ current, previous, passphrase }: KeyRingSources): Promise<KeyRing> {
    const library = await import('openpgp')
    const recipients = await readKeys(library, current)
    const others = await Promise.all(previous.map((source) => readKeys(library, source)))
    const unlocked: PrivateKey[] = []
    const locked: string[] = []
    for (const key of [...recipients, ...others.flat()]) {
      if (!key.isPrivate()) continue
      const open = await unlock(library, key, passphrase)
      if (open) unlocked.push(open)
      else locked.push(idOf(key))
    }
    return new KeyRing(
      library,
      current.origin,
      recipients.map((key) => key.toPublic()),
      unlocked,
      locked,
    )
  }

  /** Of the primary keys that are written for: upper-case hexadecimal without leading zeros, as WAL-G puts them into envelopes. */
  ids(): readonly string[] {
    return this.#recipients.map((key) => idOf(key).replace(/^0+/, ''))
  }

  /** AES-128 as WAL-G takes it, unless all keys prefer others and AES-256 is among those. */
  async cipher(): Promise<AesAlgorithm> {
    const preferred = await Promise.all(this.#recipients.map((key) => this.#preferredCiphers(key)))
    const isPreferredByAll = (algorithm: number) =>
      preferred.every((algorithms) => algorithms.includes(algorithm))
    return !isPreferredByAll(AES_128) && isPreferredByAll(AES_256) ? AES_256 : AES_128
  }

  async #preferredCiphers(key: Key): Promise<readonly number[]> {
    try {
      const { selfCertification } = await key.getPrimaryUser(undefined, undefined, lenient() as Config)
      return selfCertification.preferredSymmetricAlgorithms ?? []
    } catch {
      // What is wrong with the key is said when it is to encrypt.
      return []
    }
  }

  /** One packet for each key of the ring. Rejects with `E_SETTING_INVALID` when one cannot encrypt. */
  async sealSessionKey({ algorithm, key }: SessionKey): Promise<Uint8Array> {
    try {
      return await this.#library.encryptSessionKey({
        data: key,
        algorithm: NAMES[algorithm],
        encryptionKeys: [...this.#recipients],
        format: 'binary',
        config: lenient(),
      })
    } catch (error) {
      throw new WalgError(
        'E_SETTING_INVALID',
        `unable to encrypt for the key in ${this.#origin}: ${reasonOf(error)}; replace it by a valid one`,
        { cause: error },
      )
    }
  }

  async openSession(packets: Uint8Array): Promise<OpenedSession> {
    const message = await this.#readMessage(packets)
    if (this.#unlocked.length === 0) throw this.#noKey(message)
    let keys: LibrarySessionKey[]
    try {
      const opened = await this.#library.decryptSessionKeys({
        message,
        decryptionKeys: [...this.#unlocked],
        config: lenient(),
      })
      keys = opened as LibrarySessionKey[]
    } catch (error) {
      throw this.#noKey(message, error)
    }
    const [first] = keys
    if (first === undefined) throw this.#noKey(message)
    return {
      key: first.data,
      algorithm: first.algorithm ? this.#library.enums.symmetric[first.algorithm] : undefined,
      decrypt: (source, o) => this.#decrypt(source, keys, o),
    }
  }

  async #readMessage(packets: Uint8Array) {
    try {
      return await this.#library.readMessage({ binaryMessage: packets })
    } catch (error) {
      throw corrupt(`its session keys cannot be read: ${reasonOf(error)}`, error)
    }
  }

  #noKey(message: { getEncryptionKeyIDs(): readonly { toHex(): string }[] }, cause?: unknown): WalgError {
    const ids = message.getEncryptionKeyIDs().map((id) => id.toHex().toUpperCase())
    const found =
      this.#unlocked.length > 0 || this.#locked.length > 0
        ? 'none of the private keys opens it'
        : `there is no private key in ${this.#origin}`
    const locked =
      this.#locked.length > 0 ? `; locked, for want of their passphrase: ${this.#locked.join(', ')}` : ''
    return new WalgError(
      'E_CRYPT_KEY',
      `unable to decrypt OpenPGP: ${found}; it was encrypted for ${ids.join(', ')}${locked}`,
      cause === undefined ? {} : { cause },
    )
  }

  async *#decrypt(
    source: ByteStream,
    sessionKeys: LibrarySessionKey[],
    { signal }: CodecOptions,
  ): ByteStream {
    let failure: { readonly error: unknown } | undefined
    const watched = async function* (): ByteStream {
      try {
        for await (const chunk of source) {
          signal.throwIfAborted()
          yield chunk
        }
      } catch (error) {
        failure = { error }
        throw error
      }
    }
    try {
      const message = await this.#library.readMessage({ binaryMessage: ReadableStream.from(watched()) })
      const result = await this.#library.decrypt({
        message,
        sessionKeys,
        format: 'binary',
        config: lenient(),
      })
      // Whoever signed it: what counts is that it is whole.
      for (const { signature, verified } of result.signatures) {
        signature.catch(() => undefined)
        verified.catch(() => undefined)
      }
      for await (const chunk of result.data as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted()
        if (chunk.length > 0) yield chunk
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw failure ? failure.error : corrupt(reasonOf(error), error)
    }
  }
}

async function readKeys(library: Library, { origin, block }: KeySource): Promise<Key[]> {
  try {
    return typeof block === 'string'
      ? await library.readKeys({ armoredKeys: block, config: lenient() })
      : await library.readKeys({ binaryKeys: block, config: lenient() })
  } catch (error) {
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to read the OpenPGP key in ${origin}: ${reasonOf(error)}`,
      {
        cause: error,
      },
    )
  }
}

async function unlock(library: Library, key: PrivateKey, passphrase: string | undefined) {
  if (key.isDecrypted()) return key
  if (passphrase === undefined) return undefined
  try {
    return await library.decryptKey({ privateKey: key, passphrase, config: lenient() })
  } catch {
    return undefined
  }
}

const idOf = (key: Key) => key.getKeyID().toHex().toUpperCase()

/** In one line, without what the library puts in front. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]!.replace(/^Error \w+ing [\w ]+: /, '')
}
