import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FlakyDriver, fetchFrom } from '../support/fetching.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { Random } from '../support/random.js'
import { scratchFolder, treeOf } from '../support/restored-tree.js'
import {
  DATA_DIRECTORY,
  FULL,
  incrementOf,
  partName,
  type SyntheticMember,
  storeBackup,
} from '../support/synthetic-backup.js'

const PAGE_BYTES = 8192
const NAMES = ['/base/1/101', '/base/1/102', '/base/1/103', '/base/1/104', '/base/1/105.1']
const nameOf = (index: number) =>
  index === 0 ? FULL : `base_00000001000000000000000${index + 3}_D_000000010000000000000002`

interface Version {
  readonly member: SyntheticMember
  readonly content: Buffer
}

/** Pages of which every fourth is all zeros, which a reader may not take for missing ones. */
function randomPage(random: Random): Uint8Array {
  const page = Buffer.alloc(PAGE_BYTES)
  if (random.below(4) > 0) page.fill(random.bytes(16))
  return page
}

function nextVersion(name: string, random: Random, before: Buffer | undefined): Version {
  const kind = before === undefined ? 'whole' : random.pick(['whole', 'skipped', 'increment', 'increment'])
  if (before === undefined || kind === 'whole') {
    const content = Buffer.concat(Array.from({ length: random.below(7) }, () => randomPage(random)))
    return { content, member: { name, content } }
  }
  if (kind === 'skipped') return { content: before, member: { name, isSkipped: true } }
  return increment(name, random, before)
}

/** Applies an increment as the format says: the file gets its new size, then its pages, one of which may lie beyond. */
function increment(name: string, random: Random, before: Buffer): Version {
  const isTorn = random.below(5) === 0
  const fileBytes = random.below(8) * PAGE_BYTES + (isTorn ? 100 : 0)
  const blocks = Array.from({ length: 9 }, (_, block) => block).filter(() => random.below(3) === 0)
  const pages = blocks.map((block) => [block, randomPage(random)] as const)
  const end = Math.max(fileBytes, ...blocks.map((block) => (block + 1) * PAGE_BYTES))
  const content = Buffer.alloc(end)
  before.copy(content, 0, 0, fileBytes)
  for (const [block, page] of pages) content.set(page, block * PAGE_BYTES)
  return { content, member: { name, content: incrementOf(fileBytes, pages), isIncremented: true } }
}

/** A full backup with deltas; what its files must be in the end. */
function storeChain(driver: MemoryDriver, random: Random, deltas: number): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (let index = 0; index <= deltas; index++) {
    const versions = NAMES.map((name) => nextVersion(name, random, files.get(name)))
    for (const [at, { content }] of versions.entries()) files.set(NAMES[at]!, content)
    const members = versions.map(({ member }) => member)
    const cut = random.below(members.length)
    storeBackup(driver, {
      name: nameOf(index),
      ...(index > 0 && { parent: nameOf(index - 1) }),
      parts: [[DATA_DIRECTORY, ...members.slice(0, cut)], members.slice(cut)],
      control: [{ name: '/global/pg_control', content: `control of ${index}` }],
    })
  }
  return files
}

const ORDERS = [
  { isReverse: false, skipsRedundantTars: false },
  { isReverse: false, skipsRedundantTars: true },
  { isReverse: true, skipsRedundantTars: false },
  { isReverse: true, skipsRedundantTars: true },
]

describe.each(ORDERS)('a chain restored with %o', (order) => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))('random chain, seed %i', async (seed) => {
    const random = new Random(seed)
    const driver = new FlakyDriver()
    const deltas = 1 + random.below(4)
    const expected = storeChain(driver, random, deltas)
    // A part that is read again must not change anything.
    for (let index = 0; index <= deltas; index++) {
      const part = partName(random.below(2))
      driver.cuts.set(`basebackups_005/${nameOf(index)}/tar_partitions/${part}`, 1)
    }
    const destination = join(scratchFolder(), 'd')

    await fetchFrom(driver, destination, { backup: nameOf(deltas), ...order })

    for (const [name, content] of expected) {
      expect(readFileSync(join(destination, name)).equals(content), name).toBe(true)
    }
    expect(treeOf(destination)['global/pg_control']).toBe(`file 600 control of ${deltas}`)
  })
})

function storeTwo(driver: MemoryDriver, delta: readonly SyntheticMember[], full: readonly SyntheticMember[]) {
  storeBackup(driver, { name: FULL, parts: [[DATA_DIRECTORY, ...full], [{ name: '/unused' }]] })
  return storeBackup(driver, { name: nameOf(1), parent: FULL, parts: [[DATA_DIRECTORY, ...delta]] })
}

describe('folders and links', () => {
  test('are those of the backup that was asked for', async () => {
    const destination = join(scratchFolder(), 'd')
    const driver = new MemoryDriver()
    const folder = (name: string) => ({ name, type: 'directory' as const, mode: 0o750 })
    const backup = storeTwo(driver, [folder('/base/2')], [folder('/base/1'), { name: '/base/1/5' }])

    await fetchFrom(driver, destination, { backup })

    for (const path of ['base/1', 'base/1/5', 'unused']) expect(treeOf(destination)).not.toHaveProperty(path)
    expect(treeOf(destination)['base/2']).toBe('dir 750')
  })
})

describe('tars in which nothing is wanted', () => {
  test('are left out when asked for', async () => {
    const driver = new MemoryDriver()
    const backup = storeTwo(driver, [{ name: '/a', isSkipped: true }], [{ name: '/a', content: 'a' }])

    const whole = await fetchFrom(driver, join(scratchFolder(), 'd'), { backup })
    const less = await fetchFrom(driver, join(scratchFolder(), 'd'), { backup, skipsRedundantTars: true })

    expect([whole.objects, less.objects]).toEqual([5, 4])
  })

  test('a backup of which nothing is wanted is not read at all', async () => {
    const driver = new MemoryDriver()
    const backup = storeTwo(driver, [{ name: '/a', content: 'new' }], [{ name: '/a', content: 'old' }])

    const { objects } = await fetchFrom(driver, join(scratchFolder(), 'd'), { backup })

    expect(objects).toBe(3)
  })

  test('a list that does not name everything leaves nothing out', async () => {
    const destination = join(scratchFolder(), 'd')
    const driver = new MemoryDriver()
    const backup = storeTwo(driver, [{ name: '/a', isSkipped: true }], [{ name: '/a', content: 'a' }])
    driver.set(
      `basebackups_005/${FULL}/files_metadata.json`,
      '{"Files":{"/a":{}},"TarFileSets":{"part_001.tar":["/b"]}}',
    )

    await fetchFrom(driver, destination, { backup, skipsRedundantTars: true })

    expect(treeOf(destination)['a']).toBe('file 600 a')
  })
})

describe.each([false, true])('a broken chain, reverse %j: an error, and nothing stays', (isReverse) => {
  const increment = { name: '/base/1/5', content: incrementOf(0, []), isIncremented: true }
  test.each([
    ['an increment of a file that no older backup lists', [increment], [], /does not list/],
    ['a skipped file that no older backup lists', [{ name: '/a', isSkipped: true }], [], /does not list/],
    [
      'an increment in a full backup',
      [{ name: '/a', isSkipped: true }],
      [{ name: '/a', isIncremented: true, content: incrementOf(0, []) }],
      /it is a full backup/,
    ],
    [
      'no increment where the list says so',
      [{ ...increment, content: 'no increment' }],
      [{ name: '/base/1/5' }],
      /unable to apply the increment base\/1\/5/,
    ],
  ] as const)('%s', async (_, delta, full, message) => {
    const folder = scratchFolder()
    const driver = new MemoryDriver()
    const backup = storeTwo(driver, delta, full)

    await expect(fetchFrom(driver, join(folder, 'd'), { backup, isReverse })).rejects.toThrow(message)
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['sentinel of the parent', `${FULL}_backup_stop_sentinel.json`, 'E_STORAGE_NOT_FOUND'],
    ['list of the delta', `${nameOf(1)}/files_metadata.json`, 'E_BACKUP_INVALID'],
    ['list of the parent', `${FULL}/files_metadata.json`, 'E_BACKUP_INVALID'],
    ['part of the parent', `${FULL}/tar_partitions/part_001.tar`, 'E_BACKUP_INVALID'],
  ])('without the %s', async (_, key, code) => {
    const folder = scratchFolder()
    const driver = new MemoryDriver()
    const backup = storeTwo(driver, [{ name: '/a', isSkipped: true }], [{ name: '/a', content: 'a' }])
    driver.remove(`basebackups_005/${key}`)

    await expect(fetchFrom(driver, join(folder, 'd'), { backup, isReverse })).rejects.toMatchObject({ code })
    expect(readdirSync(folder)).toEqual([])
  })

  test('that leads back to itself', async () => {
    const driver = new MemoryDriver()
    storeBackup(driver, { name: FULL, parent: nameOf(1), parts: [[DATA_DIRECTORY]] })
    storeBackup(driver, { name: nameOf(1), parent: FULL, parts: [[DATA_DIRECTORY]] })

    await expect(fetchFrom(driver, join(scratchFolder(), 'd'), { isReverse })).rejects.toThrow(/leads back/)
  })
})
