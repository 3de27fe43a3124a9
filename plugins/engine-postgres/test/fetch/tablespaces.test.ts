import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TablespaceSpec } from '../../src/catalog/tablespace-spec.js'
import { fetchFrom } from '../support/fetching.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { scratchFolder, treeOf } from '../support/restored-tree.js'
import { DATA_DIRECTORY, FULL, storeBackup } from '../support/synthetic-backup.js'

const MEMBER = 'pg_tblspc/16385/PG_15_202209061/5/16390'

function placedAt(location: string, more: Partial<TablespaceSpec> = {}): TablespaceSpec {
  return {
    basePrefix: '/var/lib/postgresql/main',
    tablespaces: [{ name: '16385', location, link: 'pg_tblspc/16385' }],
    ...more,
  }
}

function repository(spec: TablespaceSpec): MemoryDriver {
  const driver = new MemoryDriver()
  storeBackup(driver, {
    name: FULL,
    spec,
    parts: [
      [
        DATA_DIRECTORY,
        { name: '/pg_tblspc', type: 'directory', mode: 0o700 },
        { name: `/${MEMBER}`, content: 'in a tablespace' },
      ],
    ],
  })
  return driver
}

test('tablespaces go where they were; their links are made in the destination, wherever that is', async () => {
  const folder = scratchFolder()
  const location = join(folder, 'space/one')

  await fetchFrom(repository(placedAt(location)), join(folder, 'd'))

  expect(treeOf(join(folder, 'd'))['pg_tblspc/16385']).toBe(`link ${location}`)
  expect(treeOf(location)['PG_15_202209061/5/16390']).toBe('file 600 in a tablespace')
  expect(readdirSync(join(folder, 'd'))).toContain('tablespace_map')
})

test('a spec moves them, and takes the map away that would make the old links again', async () => {
  const folder = scratchFolder()
  const location = join(folder, 'moved')

  await fetchFrom(repository(placedAt(join(folder, 'old'))), join(folder, 'd'), {
    restoreSpec: placedAt(location),
  })

  expect(readdirSync(folder).sort()).toEqual(['d', 'moved'])
  expect(treeOf(location)['PG_15_202209061/5/16390']).toBe('file 600 in a tablespace')
  expect(readdirSync(join(folder, 'd'))).not.toContain('tablespace_map')
})

describe('a place that cannot be used is refused before anything is written', () => {
  test('one that holds something: it may belong to a running server', async () => {
    const folder = scratchFolder()
    const location = join(folder, 'space')
    mkdirSync(join(location, 'PG_15_202209061'), { recursive: true })

    await expect(fetchFrom(repository(placedAt(location)), join(folder, 'd'))).rejects.toMatchObject({
      code: 'E_DESTINATION',
    })
    expect(readdirSync(folder)).toEqual(['space'])
  })

  test('a relative one', async () => {
    await expect(fetchFrom(repository(placedAt('space')), join(scratchFolder(), 'd'))).rejects.toMatchObject({
      code: 'E_DESTINATION',
    })
  })

  test('a link outside of the destination', async () => {
    const folder = scratchFolder()
    const spec = placedAt(join(folder, 'space'), {
      tablespaces: [{ name: '16385', location: join(folder, 'space'), link: '../outside' }],
    })

    await expect(fetchFrom(repository(spec), join(folder, 'd'))).rejects.toThrow(/leads out/)
    expect(readdirSync(folder)).toEqual([])
  })
})

test('the lost+found of a file system of its own does not matter, and stays', async () => {
  const folder = scratchFolder()
  const location = join(folder, 'space')
  mkdirSync(join(location, 'lost+found'), { recursive: true })
  const driver = repository(placedAt(location))

  const failing = fetchFrom(driver, join(folder, 'd'), {
    beforeControl: async () => {
      throw new Error('no')
    },
  })

  await expect(failing).rejects.toThrow('no')
  expect(treeOf(folder)).toEqual({
    '.': expect.any(String),
    space: expect.any(String),
    'space/lost+found': expect.any(String),
  })
  await fetchFrom(driver, join(folder, 'd'))
  expect(treeOf(location)['PG_15_202209061/5/16390']).toBe('file 600 in a tablespace')
})

test('folders of tablespaces that a failed restore has made go again, with what is in them', async () => {
  const folder = scratchFolder()
  writeFileSync(join(folder, 'neighbour'), '')
  const driver = repository(placedAt(join(folder, 'a/b/space')))
  driver.remove(`basebackups_005/${FULL}/tar_partitions/backup_label.tar`)
  driver.set(`basebackups_005/${FULL}/tar_partitions/backup_label.tar`, 'damaged')

  await expect(fetchFrom(driver, join(folder, 'd'))).rejects.toMatchObject({ code: 'E_TAR_INVALID' })
  expect(readdirSync(folder)).toEqual(['neighbour'])
})
