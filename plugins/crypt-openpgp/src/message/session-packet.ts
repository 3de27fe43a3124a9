import { corrupt } from './errors.js'

const RSA = 1
const RSA_ENCRYPT_ONLY = 2
const ELGAMAL = 16
const ECDH = 18
const X25519 = 25
/** How many numbers stand in a packet, before what is authenticated by itself. */
const NUMBERS: Readonly<Record<number, number>> = { [RSA]: 1, [RSA_ENCRYPT_ONLY]: 1, [ELGAMAL]: 2, [ECDH]: 1 }
const VERSION_3_HEADER_BYTES = 10
/** Of a point of Curve25519 as ECDH has it: a prefix, and 32 bytes whose last bit nobody looks at. */
const POINT_PREFIX = 0x40
const POINT_BYTES = 32

/**
 * Refuses an encrypted session key that is not written the one way in which it must be (RFC 9580, 3.2): readers overlook some bits of
 * it, and a changed bit must never go unnoticed.
 */
export function requireExact(body: Uint8Array): void {
  if (body[0] !== 3) return
  const algorithm = body[VERSION_3_HEADER_BYTES - 1] ?? 0
  let at = VERSION_3_HEADER_BYTES
  if (algorithm === X25519) requireClearLastBit(body, at + POINT_BYTES)
  for (let number = 0; number < (NUMBERS[algorithm] ?? 0); number++) {
    const bits = ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0)
    const first = body[at + 2] ?? 0
    if (bits === 0 || 32 - Math.clz32(first) !== ((bits - 1) & 7) + 1)
      throw corrupt('a number of its session key is damaged')
    at += 2 + ((bits + 7) >> 3)
    if (algorithm === ECDH && first === POINT_PREFIX) requireClearLastBit(body, at)
  }
}

function requireClearLastBit(body: Uint8Array, end: number): void {
  if (((body[end - 1] ?? 0) & 0x80) !== 0) throw corrupt('a point of its session key is damaged')
}
