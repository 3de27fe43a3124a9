import { type Cipher, createCipheriv, webcrypto } from 'node:crypto'
import type { ByteStream } from '@walg/sdk'

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
 * Encrypts pieces in their own memory, each a multiple of blocks but for the last, which begin at a multiple of 4. The work of AES is done
 * in a thread of libuv's pool, while whoever asks deals with the piece before: one piece more than is given out is held.
 */
export async function* encryptCfb(pieces: ByteStream, algorithm: AesAlgorithm, key: Uint8Array): ByteStream {
  const first = ecbOf(algorithm, key).update(Buffer.alloc(BLOCK_BYTES))
  const mask = new KeyStream(first)
  const { subtle } = webcrypto
  const cbcKey = await subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt'])
  let iv: Uint8Array = first
  let before: { readonly piece: Uint8Array; readonly stream: Uint8Array } | undefined
  const cbc = async (piece: Uint8Array) => {
    // With a block of padding after it, which nobody looks at.
    const stream = new Uint8Array(await subtle.encrypt({ name: 'AES-CBC', iv }, cbcKey, wholeBlocks(piece)))
    iv = stream.subarray(piece.length - BLOCK_BYTES, piece.length)
    return { piece, stream }
  }
  for await (const piece of pieces) {
    const current = cbc(piece)
    if (before) {
      mask.apply(before.piece, before.stream)
      yield before.piece
    }
    before = await current
  }
  if (before) {
    mask.apply(before.piece, before.stream)
    yield before.piece
  }
}

/** Decrypts pieces in their own memory, each a multiple of blocks but for the last, which begin at a multiple of 4. */
export class CfbDecrypter {
  readonly #ecb: Cipher
  readonly #mask: KeyStream

  constructor(algorithm: AesAlgorithm, key: Uint8Array) {
    this.#ecb = ecbOf(algorithm, key)
    this.#mask = new KeyStream(this.#ecb.update(Buffer.alloc(BLOCK_BYTES)))
  }

  update(piece: Uint8Array): void {
    this.#mask.apply(piece, this.#ecb.update(wholeBlocks(piece)))
  }
}

const ecbOf = (algorithm: AesAlgorithm, key: Uint8Array) =>
  createCipheriv(`${AES[algorithm]}-ecb`, key, null).setAutoPadding(false)

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
