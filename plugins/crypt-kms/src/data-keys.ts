/** A key for one object, and what the KMS needs to give it again. */
export interface DataKey {
  /** 32 bytes. */
  readonly plaintext: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Makes and opens data keys. */
export interface DataKeys {
  make(signal: AbortSignal): Promise<DataKey>
  open(ciphertext: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}
