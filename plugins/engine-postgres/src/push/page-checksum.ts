const LANES = 32
const PRIME = 16_777_619
/** Where the 32 partial sums begin; source: PostgreSQL, storage/checksum_impl.h. */
const OFFSETS = Int32Array.of(
  0x5b1f36e9,
  0xb8525960,
  0x02ab50aa,
  0x1de66d2a,
  0x79ff467a,
  0x9bb9f8a3,
  0x217e7cd2,
  0x83e13d2c,
  0xf8d4474f,
  0xe39eb970,
  0x42c6ae16,
  0x993216fa,
  0x7b093b5d,
  0x98daff3c,
  0xf718902a,
  0x0b1c9cdb,
  0xe58f764b,
  0x187636bc,
  0x5d7b3bb1,
  0xe73de7de,
  0x92bec979,
  0xcca6c0b2,
  0x304a0979,
  0x85aa43d4,
  0x783125bb,
  0x6ca8eaa2,
  0xe407eac6,
  0x4b5cfc3e,
  0x9fbf8c76,
  0x15ca20be,
  0xf2ca9fd3,
  0x959bd756,
)
const CHECKSUM_WORD = 2
const KEPT_HALF = 0xffff_0000 | 0

/**
 * The checksum that PostgreSQL keeps in a page's header, 1 to 65535. `words` is the page as 32-bit words of this (little-endian)
 * machine; `block` counts within the relation, across its segments.
 */
export function pageChecksum(words: Int32Array, block: number): number {
  const sums = Int32Array.from(OFFSETS)
  for (let at = 0; at < words.length; at += LANES) {
    for (let lane = 0; lane < LANES; lane++) {
      let word = words[at + lane]!
      // The field itself counts as zero; it is the lower half of the third word.
      if (at === 0 && lane === CHECKSUM_WORD) word &= KEPT_HALF
      const mixed = sums[lane]! ^ word
      sums[lane] = Math.imul(mixed, PRIME) ^ (mixed >>> 17)
    }
  }
  let result = 0
  for (let lane = 0; lane < LANES; lane++) {
    let mixed = sums[lane]!
    mixed = Math.imul(mixed, PRIME) ^ (mixed >>> 17)
    mixed = Math.imul(mixed, PRIME) ^ (mixed >>> 17)
    result ^= mixed
  }
  return (((result ^ block) >>> 0) % 65_535) + 1
}
