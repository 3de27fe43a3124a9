// Data as databases write it, the same in every run: pages of a table, and WAL.
const PAGE_BYTES = 8192
const PAGE_HEADER_BYTES = 24
const WORDS =
  'order invoice customer paid open shipped berlin paris madrid express standard returned pending card cash'
    .split(' ')
    .map((word) => Buffer.from(word))

/** Numbers below 2^32, by Mulberry32. */
function random(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** A row: numbers that grow, some that do not, words, and eight bytes that nothing foresees. Its length. */
function writeRow(bytes, at, id, next) {
  let end = bytes.writeUInt32LE(id, at)
  end = bytes.writeUInt32LE(700_000 + (id >>> 6), end)
  end = bytes.writeUInt32LE(next() % 100_000, end)
  for (let words = 2 + (next() % 5); words > 0; words--) end += WORDS[next() % WORDS.length].copy(bytes, end)
  end = bytes.writeUInt32LE(next(), end)
  return bytes.writeUInt32LE(next(), end) - at
}

/** Pages of a table: header, line pointers from the front, rows from the back, free space between. */
export function heapLike(bytes, seed = 1) {
  const next = random(seed)
  const data = Buffer.alloc(bytes)
  const row = Buffer.alloc(256)
  let id = 0
  for (let page = 0; page + PAGE_BYTES <= bytes; page += PAGE_BYTES) {
    data.writeUInt32LE(page, page + 4)
    let pointers = PAGE_HEADER_BYTES
    let rows = PAGE_BYTES
    while (rows - pointers > 600) {
      const length = writeRow(row, 0, id++, next)
      rows -= (length + 7) & ~7
      row.copy(data, page + rows, 0, length)
      data.writeUInt16LE(rows, page + pointers)
      data.writeUInt16LE(length, page + pointers + 2)
      pointers += 4
    }
  }
  return data
}

/** WAL: records with growing positions, a page of the table now and then, and values that do not compress. */
export function walLike(bytes, seed = 2) {
  const next = random(seed)
  const pages = heapLike(64 * PAGE_BYTES, seed + 1)
  const data = Buffer.alloc(bytes)
  const record = Buffer.alloc(512)
  for (let at = 0, id = 0; at + PAGE_BYTES + 600 < bytes; id++) {
    data.writeUInt32LE(at, at)
    data.writeUInt32LE(700_000 + (id >>> 4), at + 4)
    data.writeUInt32LE(next(), at + 8)
    const length = writeRow(record, 0, id, next)
    record.copy(data, at + 12, 0, length)
    at += 12 + length
    if (next() % 40 === 0) {
      const page = next() % 64
      at += pages.copy(data, at, page * PAGE_BYTES, page * PAGE_BYTES + 4000)
    }
  }
  return data
}
