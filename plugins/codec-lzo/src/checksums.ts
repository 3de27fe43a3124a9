import { crc32 } from 'node:zlib'

const ADLER_MODULUS = 65521
/** As many bytes as can be added up before the sums have to be reduced. */
const ADLER_RUN = 3000

export function adler32(bytes: Uint8Array): number {
  let low = 1
  let high = 0
  for (let from = 0; from < bytes.length; from += ADLER_RUN) {
    const to = Math.min(from + ADLER_RUN, bytes.length)
    for (let at = from; at < to; at++) {
      low += bytes[at]!
      high += low
    }
    low %= ADLER_MODULUS
    high %= ADLER_MODULUS
  }
  return ((high << 16) | low) >>> 0
}

export { crc32 }
