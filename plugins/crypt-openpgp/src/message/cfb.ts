import { createCipheriv } from 'node:crypto'

/** Of AES, in bytes. */
export const BLOCK_BYTES = 16

/** AES by its number in OpenPGP (RFC 9580, 9.3). */
export const AES = { 7: 'aes-128', 8: 'aes-192', 9: 'aes-256' } as const
export type AesAlgorithm = keyof typeof AES

export const isAes = (algorithm: number): algorithm is AesAlgorithm => algorithm in AES

/*
 * OpenPGP's CFB mode has a zero IV here. Both ways a block is XORed with the encrypted ciphertext block before it, which OpenSSL's own CFB does
 * block by block, and slowly. Reading, all those blocks are known: ECB encrypts them at once. Writing, the one before is `plaintext XOR the
 * encrypted one before that`, and to encrypt such a chain is what CBC does: what it makes of the plaintext, one block later, is the key stream.
 */

/**
 * What encrypts or decrypts pieces, one after the other, in their own memory: each a multiple of blocks but for the last, which begin at a
 * multiple of 4. It works in the thread of its caller: handing pieces to another takes more time of processors than it takes off this one.
 */
export function cfbCipher(
  direction: 'encrypt' | 'decrypt',
  algorithm: AesAlgorithm,
  key: Uint8Array,
): (piece: Uint8Array) => void {
  const ecb = createCipheriv(`${AES[algorithm]}-ecb`, key, null).setAutoPadding(false)
  const first = ecb.update(Buffer.alloc(BLOCK_BYTES))
  const mask = new KeyStream(first)
  const cipher =
    direction === 'decrypt' ? ecb : createCipheriv(`${AES[algorithm]}-cbc`, key, first).setAutoPadding(false)
  return (piece) => mask.apply(piece, cipher.update(wholeBlocks(piece)))
}

const wholeBlocks = (piece: Uint8Array) => piece.subarray(0, piece.length - (piece.length % BLOCK_BYTES))

/** The stream of encrypted blocks, one block behind the data. */
class KeyStream {
  /** For the next block. */
  #next: Uint8Array

  constructor(first: Uint8Array) {
    this.#next = first
  }

  /** XORs a piece with what was encrypted before it and, but for the end of it, with what its own blocks were encrypted to. */
  apply(piece: Uint8Array, encrypted: Uint8Array): void {
    const whole = wholeBlocks(piece).length
    xorBytes(piece, 0, Math.min(BLOCK_BYTES, piece.length), this.#next)
    if (whole === 0) return
    xorWords(piece, BLOCK_BYTES, whole, encrypted)
    this.#next = encrypted.subarray(whole - BLOCK_BYTES, whole)
    xorBytes(piece, whole, piece.length, this.#next)
  }
}

/** `data[from + i] ^= mask[i]`, up to `to`. */
function xorBytes(data: Uint8Array, from: number, to: number, mask: Uint8Array): void {
  for (let at = from; at < to; at++) data[at] = data[at]! ^ mask[at - from]!
}

/** The same, four bytes at a time: V8 makes an object of every number of eight. */
function xorWords(data: Uint8Array, from: number, to: number, mask: Uint8Array): void {
  const words = new Int32Array(data.buffer, data.byteOffset + from, (to - from) / 4)
  const others = new Int32Array(mask.buffer, mask.byteOffset, words.length)
  for (let at = 0; at < words.length; at++) words[at] = words[at]! ^ others[at]!
}
