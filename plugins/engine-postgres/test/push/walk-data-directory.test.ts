import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Log } from '@walg/sdk'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { DataDirectoryWalk, type WalkedEntry } from '../../src/push/walk-data-directory.js'

const { signal } = new AbortController()

interface Seen {
  readonly walk: DataDirectoryWalk
  readonly entries: readonly WalkedEntry[]
  readonly warnings: readonly string[]
}

async function walked(root: string): Promise<Seen> {
  const warnings: string[] = []
  const log: Log = { debug() {}, info() {}, error() {}, warn: (message) => void warnings.push(message) }
  const walk = new DataDirectoryWalk(root, log, signal)
  const entries: WalkedEntry[] = []
  for await (const entry of walk.entries()) entries.push(entry)
  return { walk, entries, warnings }
}

/** Makes files with their names as content; a name that ends in `/` is a folder. */
function tree(root: string, ...names: readonly string[]): string {
  for (const name of names) {
    const path = join(root, name)
    mkdirSync(name.endsWith('/') ? path : join(path, '..'), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(path, name)
  }
  return root
}

const names = ({ entries }: Seen) => entries.map(({ name }) => name)

describe('the walk over a data directory', () => {
  test('goes through folders in the order of names, each before what is in it', async () => {
    const root = tree(
      realpathSync(temporaryFolder()),
      'base/10/1',
      'base/1/2',
      'base/1/1',
      'PG_VERSION',
      'base.old',
    )

    expect(names(await walked(root))).toEqual([
      '/',
      '/PG_VERSION',
      '/base',
      '/base/1',
      '/base/1/1',
      '/base/1/2',
      '/base/10',
      '/base/10/1',
      '/base.old',
    ])
  })

  test('leaves pg_control for the end, keeps excluded folders empty and drops excluded files', async () => {
    const root = tree(
      realpathSync(temporaryFolder()),
      'global/pg_control',
      'global/1262',
      'pg_wal/000000010000000000000001',
      'pg_replslot/slot/state',
      'base/5/pgsql_tmp/t1',
      'postmaster.pid',
      'standby.signal',
      'recovery.signal',
      'log/server.log',
    )

    expect(names(await walked(root))).toEqual([
      '/',
      '/base',
      '/base/5',
      '/base/5/pgsql_tmp',
      '/global',
      '/global/1262',
      '/log',
      '/pg_replslot',
      '/pg_wal',
      '/recovery.signal',
    ])
  })

  test('follows tablespaces, and stores neither their links nor their root folders', async () => {
    const space = tree(realpathSync(temporaryFolder()), 'PG_15_202209061/5/16400')
    const root = tree(realpathSync(temporaryFolder()), 'pg_tblspc/', 'pg_tblspc/16500/PG_15/7/1')
    symlinkSync(space, join(root, 'pg_tblspc/16384'))

    const seen = await walked(root)

    expect(names(seen)).toEqual([
      '/',
      '/pg_tblspc/16384/PG_15_202209061',
      '/pg_tblspc/16384/PG_15_202209061/5',
      '/pg_tblspc/16384/PG_15_202209061/5/16400',
      '/pg_tblspc',
      '/pg_tblspc/16500',
      '/pg_tblspc/16500/PG_15',
      '/pg_tblspc/16500/PG_15/7',
      '/pg_tblspc/16500/PG_15/7/1',
    ])
    expect(seen.walk.tablespaces).toEqual([{ name: '16384', location: space, link: 'pg_tblspc/16384' }])
  })

  test('fails when a tablespace is not there', async () => {
    const root = tree(realpathSync(temporaryFolder()), 'pg_tblspc/')
    symlinkSync('/nowhere/at/all', join(root, 'pg_tblspc/16384'))

    await expect(walked(root)).rejects.toMatchObject({ code: 'E_DATA_DIRECTORY' })
  })

  test('keeps a folder in the place of a pg_wal that is a link, and the target of other links', async () => {
    const wal = realpathSync(temporaryFolder())
    const root = tree(realpathSync(temporaryFolder()), 'server.conf')
    symlinkSync(wal, join(root, 'pg_wal'))
    symlinkSync('server.conf', join(root, 'link.conf'))

    const { entries } = await walked(root)

    expect(entries.map(({ name, type, linkName }) => [name, type, linkName])).toEqual([
      ['/', 'directory', undefined],
      ['/link.conf', 'symlink', 'server.conf'],
      ['/pg_wal', 'directory', undefined],
      ['/server.conf', 'file', undefined],
    ])
  })

  test('leaves a socket out with a warning', async () => {
    const root = tree(realpathSync(temporaryFolder()), 'PG_VERSION')
    const server = createServer().listen(join(root, '.s.PGSQL.5432'))
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => void server.close())

    const seen = await walked(root)

    expect(names(seen)).toEqual(['/', '/PG_VERSION'])
    expect(seen.warnings.join()).toContain('.s.PGSQL.5432')
  })
})
