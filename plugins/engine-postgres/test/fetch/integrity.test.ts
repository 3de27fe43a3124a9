import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FlakyDriver, fetchFrom } from '../support/fetching.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { scratchFolder, treeOf } from '../support/restored-tree.js'
import { DATA_DIRECTORY, FULL, storeBackup, tarOf } from '../support/synthetic-backup.js'

const PARTS = [
  [DATA_DIRECTORY, { name: '/base/1', content: 'one' }],
  [{ name: '/base/2', content: Buffer.alloc(70_000, 'x') }],
]
const key = (name: string) => `basebackups_005/${FULL}/tar_partitions/${name}`

function withManifest<D extends MemoryDriver>(driver: D): D {
  storeBackup(driver, { name: FULL, parts: PARTS, withManifest: true })
  return driver
}

async function contentOf(driver: MemoryDriver, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await driver.get(key(name))).body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('with a manifest', () => {
  test('a backup that is what it was is restored', async () => {
    const destination = join(scratchFolder(), 'd')

    await fetchFrom(withManifest(new MemoryDriver()), destination)

    expect(treeOf(destination)['base/1']).toBe('file 600 one')
  })

  test.each(['part_001.tar', 'part_002.tar', 'pg_control.tar', 'backup_label.tar'])(
    'one changed bit in the content of %s is noticed, and nothing stays',
    async (name) => {
      const folder = scratchFolder()
      const driver = withManifest(new MemoryDriver())
      const bytes = await contentOf(driver, name)
      bytes[name === 'part_001.tar' ? 1025 : 513]! ^= 1
      driver.set(key(name), bytes)

      await expect(fetchFrom(driver, join(folder, 'd'))).rejects.toMatchObject({
        code: 'E_INTEGRITY_CHECKSUM',
      })
      expect(readdirSync(folder)).toEqual([])
    },
  )

  test('a part that was replaced by another of the same content is noticed', async () => {
    const driver = withManifest(new MemoryDriver())
    driver.set(key('part_001.tar'), Buffer.concat([tarOf(PARTS[0]!), Buffer.alloc(512)]))

    await expect(fetchFrom(driver, join(scratchFolder(), 'd'))).rejects.toMatchObject({
      code: 'E_INTEGRITY_SIZE',
    })
  })

  test('a part that is missing, or one too many, is noticed before anything is written', async () => {
    const missing = withManifest(new MemoryDriver())
    missing.remove(key('part_002.tar'))
    const foreign = withManifest(new MemoryDriver())
    foreign.set(key('part_003.tar'), tarOf([]))

    const destination = join(scratchFolder(), 'd')
    await expect(fetchFrom(missing, destination)).rejects.toThrow(/part_002.tar is missing/)
    await expect(fetchFrom(foreign, destination)).rejects.toThrow(/part_003.tar is not in its manifest/)
    expect(treeOf(destination)).toEqual({})
  })
})

describe('a storage that fails', () => {
  test('while a part is read is asked again', async () => {
    const destination = join(scratchFolder(), 'd')
    const driver = withManifest(new FlakyDriver())
    driver.cuts.set(key('part_002.tar'), 7)

    await fetchFrom(driver, destination)

    expect(treeOf(destination)['base/2']).toBe(`file 600 ${'x'.repeat(70_000)}`)
  })

  test('for ever fails the restore, and nothing stays', async () => {
    const folder = scratchFolder()
    const driver = withManifest(new FlakyDriver())
    driver.cuts.set(key('part_002.tar'), Number.POSITIVE_INFINITY)

    await expect(fetchFrom(driver, join(folder, 'd'))).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('for good, or holds damaged parts, is asked once', async () => {
    const driver = withManifest(new FlakyDriver())
    driver.isRetryable = false
    driver.cuts.set(key('part_001.tar'), 1)
    const damaged = withManifest(new MemoryDriver())
    damaged.set(key('part_001.tar'), Buffer.alloc(10_000, 'x'))

    for (const [storage, code] of [
      [driver, 'E_STORAGE_UNAVAILABLE'],
      [damaged, 'E_TAR_INVALID'],
    ] as const) {
      await expect(fetchFrom(storage, join(scratchFolder(), 'd'))).rejects.toMatchObject({ code })
      expect(storage.reads.filter((read) => read === key('part_001.tar'))).toHaveLength(1)
    }
  })

  test('does not hold up an interruption', async () => {
    const folder = scratchFolder()
    const abort = new AbortController()
    const driver = withManifest(new MemoryDriver())
    const beforeControl = async () => abort.abort(new Error('interrupted'))

    const fetching = fetchFrom(driver, join(folder, 'd'), { beforeControl }, { signal: abort.signal })

    await expect(fetching).rejects.toThrow('interrupted')
    expect(readdirSync(folder)).toEqual([])
  })
})
