export const HEADER_BYTES = 16
export const TAG_BYTES = 16
/** Data of every package but the last. */
export const PAYLOAD_BYTES = 65_536
export const NONCE_BYTES = 12
export const VERSION_10 = 0x10
export const VERSION_20 = 0x20

export type CipherName = 'aes-256-gcm' | 'chacha20-poly1305'
/** By their number in the header. */
export const CIPHERS: readonly CipherName[] = ['aes-256-gcm', 'chacha20-poly1305']

const AT = { version: 0, cipher: 1, length: 2, nonce: 4, sequence: 4 }
/** What is authenticated beside the data. */
const SIGNED_BYTES = 4
const FINAL_FLAG = 0x80

/** The header of a package, as it is stored. */
export class PackageHeader {
  readonly #bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Of DARE 2.0 with AES-256-GCM, written into `bytes`. */
  static write(bytes: Buffer, nonce: Uint8Array, payloadBytes: number, isFinal: boolean): PackageHeader {
    bytes[AT.version] = VERSION_20
    bytes[AT.cipher] = CIPHERS.indexOf('aes-256-gcm')
    bytes.writeUInt16LE(payloadBytes - 1, AT.length)
    bytes.set(nonce, AT.nonce)
    bytes[AT.nonce] = isFinal ? bytes[AT.nonce]! | FINAL_FLAG : bytes[AT.nonce]! & ~FINAL_FLAG
    return new PackageHeader(bytes)
  }

  /** Less than `HEADER_BYTES` at the end of a stream that was cut. */
  get length(): number {
    return this.#bytes.length
  }

  get version(): number {
    return this.#bytes[AT.version]!
  }

  get cipher(): CipherName | undefined {
    return CIPHERS[this.#bytes[AT.cipher]!]
  }

  get payloadBytes(): number {
    return this.#bytes.readUInt16LE(AT.length) + 1
  }

  /** Only 2.0 marks the last package. */
  get isFinal(): boolean {
    return this.version === VERSION_20 && (this.#bytes[AT.nonce]! & FINAL_FLAG) !== 0
  }

  /** Only 1.0 stores it. */
  get sequence(): number {
    return this.#bytes.readUInt32LE(AT.sequence)
  }

  /** What is the same in all packages of a stream of 2.0. */
  get streamNonce(): Buffer {
    const nonce = Buffer.from(this.#bytes.subarray(AT.nonce))
    nonce[0] = nonce[0]! & ~FINAL_FLAG
    return nonce
  }

  get signed(): Uint8Array {
    return this.#bytes.subarray(0, SIGNED_BYTES)
  }

  /** The nonce that the package with this number is sealed under. */
  nonceOf(number: number): Buffer {
    const nonce = Buffer.from(this.#bytes.subarray(AT.nonce))
    if (this.version === VERSION_10) return nonce
    const last = NONCE_BYTES - 4
    nonce.writeUInt32LE((nonce.readUInt32LE(last) ^ number) >>> 0, last)
    return nonce
  }
}
