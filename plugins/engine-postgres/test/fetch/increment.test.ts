import { describe, expect, test } from 'vitest'
import { pageRuns, readIncrementHeader } from '../../src/fetch/increment.js'
import { MemberBytes } from '../../src/fetch/member-bytes.js'
import { incrementOf } from '../support/synthetic-backup.js'

const PAGE_BYTES = 8192
const page = new Uint8Array(PAGE_BYTES)

async function* inChunks(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

async function headerOf(bytes: Uint8Array, path = 'base/1/16384', size = bytes.length) {
  return await readIncrementHeader(new MemberBytes(inChunks(bytes, 5), path), path, size, PAGE_BYTES)
}

test('the vector of the format: 24576 bytes, blocks 0 and 2', async () => {
  const start = Buffer.from('77693155006000000000000002000000' + '0000000002000000', 'hex')
  const vector = Buffer.concat([start, page, page])

  expect(vector.length).toBe(16408)
  expect(
    incrementOf(
      24576,
      [0, 2].map((block) => [block, page] as const),
    ),
  ).toEqual(vector)
  expect(await headerOf(vector)).toEqual({
    fileBytes: 24576,
    pageBytes: PAGE_BYTES,
    blocks: Uint32Array.of(0, 2),
  })
})

test('an increment without pages', async () => {
  expect(await headerOf(incrementOf(0, []))).toMatchObject({ fileBytes: 0, blocks: new Uint32Array() })
})

test('the variant of OrioleDB, with the size of its pages, known by its folder', async () => {
  const bytes = Buffer.alloc(16 + 2 + 4 + 512)
  bytes.write('wi1U', 'latin1')
  bytes.writeBigUInt64LE(1024n, 4)
  bytes.writeUInt16LE(512, 12)
  bytes.writeUInt32LE(1, 14)
  bytes.writeUInt32LE(1, 18)

  expect(await headerOf(bytes, 'orioledb_data/5/16384')).toEqual({
    fileBytes: 1024,
    pageBytes: 512,
    blocks: Uint32Array.of(1),
  })
  await expect(headerOf(bytes)).rejects.toMatchObject({ code: 'E_BACKUP_INVALID' })
})

describe('is refused', () => {
  const good = incrementOf(24576, [
    [0, page],
    [2, page],
  ])
  const changed = (at: number, value: number) => {
    const bytes = Buffer.from(good)
    bytes[at] = value
    return bytes
  }

  test.each([
    ['another signature', changed(0, 0x78), /invalid header/],
    ['another mark at its end', changed(3, 0), /invalid header/],
    ['a newer format', changed(2, 0x32), /unknown header/],
    ['a byte after the last page', Buffer.concat([good, Buffer.alloc(1)]), /pages of 8192 bytes make 16408/],
    ['a missing byte', good.subarray(0, -1), /pages of 8192 bytes make 16408/],
    ['fewer pages than it says', changed(12, 3), /3 pages/],
    ['blocks out of order', changed(16, 2), /block 2 follows block 2/],
    ['no room for a header', good.subarray(0, 15), /only 15 bytes/],
    ['a file of absurd size', changed(11, 0xff), /its file would have/],
  ])('%s', async (_, bytes, message) => {
    await expect(headerOf(bytes)).rejects.toThrow(message)
  })

  test('what ends before its size says', async () => {
    await expect(headerOf(good.subarray(0, 20), 'base/1/16384', good.length)).rejects.toThrow(/it is cut/)
  })
})

test('adjoining pages are taken together, as long as they are of one kind', () => {
  const runs = [...pageRuns(Uint32Array.of(1, 2, 3, 7, 8), (block) => block > 2)]

  expect(runs).toEqual([
    { firstBlock: 1, count: 2, kind: false },
    { firstBlock: 3, count: 1, kind: true },
    { firstBlock: 7, count: 2, kind: true },
  ])
})
