import { createHash } from 'node:crypto'
import type { ByteStream } from '@walg/sdk'
import { BLOCK_BYTES, cfbCipher } from './cfb.js'
import { corrupt, truncated } from './errors.js'
import { inPieces } from './in-pieces.js'
import type { SessionKey } from './session-key.js'

/** How the packet begins that ends integrity protected data (RFC 9580, 5.13.1); 20 bytes of SHA-1 follow. */
export const MDC_HEADER = Uint8Array.of(0xd3, 0x14)
const MDC_BYTES = 22
const PREFIX_BYTES = BLOCK_BYTES + 2
/** Small enough that what AES makes of a piece takes memory that is warm. */
const PIECE_BYTES = 64 * 1024

/**
 * Decrypts the body of integrity protected data of version 1, without the version. The format shows only at its end whether
 * anything was changed: `E_CRYPT_CORRUPT` comes after the bytes.
 */
export async function* openProtected(body: ByteStream, { algorithm, key }: SessionKey): ByteStream {
  const decrypt = cfbCipher('decrypt', algorithm, key)
  const hash = createHash('sha1')
  /** The last bytes so far: those of the code at the end, perhaps. */
  let held: Buffer = Buffer.alloc(0)
  let isFirst = true
  for await (const piece of inPieces(body, PIECE_BYTES)) {
    decrypt(piece)
    let plain = piece
    if (isFirst) {
      if (piece.length < PREFIX_BYTES + MDC_BYTES) throw truncated()
      requireRepetition(piece)
      hash.update(piece.subarray(0, PREFIX_BYTES))
      plain = piece.subarray(PREFIX_BYTES)
      isFirst = false
    }
    const surplus = held.length + plain.length - MDC_BYTES
    const old = held.subarray(0, Math.max(0, Math.min(held.length, surplus)))
    const fresh = plain.subarray(0, Math.max(0, surplus - old.length))
    held = Buffer.concat([held.subarray(old.length), plain.subarray(fresh.length)])
    for (const part of [old, fresh]) {
      if (part.length === 0) continue
      hash.update(part)
      yield part
    }
  }
  if (held.length < MDC_BYTES) throw truncated()
  const code = hash.update(MDC_HEADER).digest()
  if (!held.subarray(2).equals(code) || held[0] !== MDC_HEADER[0] || held[1] !== MDC_HEADER[1]) {
    throw corrupt('its modification detection code is wrong, so it was changed or cut')
  }
}

function requireRepetition(piece: Uint8Array): void {
  const isRepeated = [0, 1].every((at) => piece[BLOCK_BYTES - 2 + at] === piece[BLOCK_BYTES + at])
  if (!isRepeated) throw corrupt('the session key does not fit, or its beginning was changed')
}
