import { describe, expect, test } from 'vitest'
import { pageChecksum } from '../../src/push/page-checksum.js'
import { PageVerifier } from '../../src/push/page-verifier.js'

const PAGE_BYTES = 8192
const START_LSN = 0x5000_0000n

const wordsOf = (page: Uint8Array) => new Int32Array(page.buffer, page.byteOffset, page.length / 4)

/** A page of random content with the checksum that it should have as block `block` of its relation. */
function soundPage(block: number, lsn = 0x1000_0000n): Buffer {
  const page = Buffer.from(Uint8Array.from({ length: PAGE_BYTES }, () => Math.floor(Math.random() * 256)))
  page.writeUInt32LE(Number(lsn >> 32n), 0)
  page.writeUInt32LE(Number(lsn & 0xffff_ffffn), 4)
  page.writeUInt16LE(200, 14)
  page.writeUInt16LE(pageChecksum(wordsOf(page), block), 8)
  return page
}

function verifier(name = '/base/5/16384') {
  return new PageVerifier({ name, pageBytes: PAGE_BYTES, startLsn: START_LSN })
}

describe('the checksum of a page', () => {
  const page = Uint8Array.from({ length: PAGE_BYTES }, (_, index) => (7 * index + 3) % 256)

  test.for([
    [0, 43596],
    [131_077, 43589],
  ] as const)('of block %i is %i', ([block, expected]) => {
    expect(pageChecksum(wordsOf(page), block)).toBe(expected)
  })

  test('of zeros differs by block', () => {
    const zeros = new Int32Array(PAGE_BYTES / 4)

    expect([pageChecksum(zeros, 0), pageChecksum(zeros, 1)]).toEqual([50_858, 50_859])
  })
})

describe('a verifier', () => {
  test('finds exactly the damaged pages, in chunks of any length', async () => {
    for (let round = 0; round < 20; round++) {
      const pages = Array.from({ length: 40 }, (_, block) => soundPage(block))
      const damaged = [3, 17, 39].filter(() => Math.random() < 0.8)
      for (const block of damaged) pages[block]![100 + round]! ^= 1
      const file = Buffer.concat(pages)
      const pass = verifier()

      for (let at = 0; at < file.length; ) {
        const step = 1 + Math.floor(Math.random() * 20_000)
        pass.update(file.subarray(at, at + step))
        at += step
      }
      const found = await pass.confirmed(async (block) => pages[block], true)

      expect(found?.blocks ?? []).toEqual(damaged)
    }
  })

  test('counts blocks of a later segment from the start of the relation', async () => {
    const pass = verifier('/base/5/16384.2')
    pass.update(soundPage(2 * 131_072))

    expect(await pass.confirmed(async () => undefined, true)).toBeUndefined()
  })

  test('passes over new pages, and over pages that the WAL of the backup will replace', async () => {
    const torn = soundPage(1, START_LSN)
    torn[4000]! ^= 1
    const pass = verifier()
    pass.update(Buffer.concat([Buffer.alloc(PAGE_BYTES), torn]))

    expect(await pass.confirmed(async () => torn, true)).toBeUndefined()
  })

  test('forgets a page that is whole when it is read again, or gone', async () => {
    const broken = [soundPage(0), soundPage(1)]
    for (const page of broken) page[5000]! ^= 1
    const pass = verifier()
    pass.update(Buffer.concat(broken))

    const found = await pass.confirmed(async (block) => (block === 0 ? soundPage(0) : undefined), true)

    expect(found).toBeUndefined()
  })

  test('lists the first ten of many, and counts all', async () => {
    const page = soundPage(1_000_000)
    const pass = verifier()
    for (let block = 0; block < 25; block++) pass.update(page)

    expect(await pass.confirmed(async () => page, false)).toEqual({
      count: 25,
      blocks: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    })
    expect((await pass.confirmed(async () => page, true))?.blocks).toHaveLength(25)
  })
})
