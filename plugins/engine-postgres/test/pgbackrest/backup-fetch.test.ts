import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { GetOptions } from '@walg/sdk'
import { expect, test } from 'vitest'
import { FsDriver } from '../../../storage-fs/src/fs-driver.js'
import { PG_CONTROL, WAITING_CONTROL } from '../../src/fetch/member-path.js'
import { pgbackrestBackupFetch } from '../../src/operations/pgbackrest-backup-fetch.js'
import { scratchFolder, treeOf } from '../support/restored-tree.js'
import { LABEL, STARTED, StanzaRepository } from '../support/stanza-repository.js'

async function fetch(made: StanzaRepository, destination: string, label = LABEL) {
  const args = { destination_directory: destination, backup_name: label }
  return (await pgbackrestBackupFetch.run(made.context(), { args, flags: {} })).json
}

/** Nothing but the folder that was there before. */
const NOTHING = { '.': 'dir 755' }

function emptyFolder(): string {
  const folder = join(scratchFolder(), 'data')
  mkdirSync(folder, { mode: 0o755 })
  return folder
}

test('restores files and empty folders with the modes and times of the manifest', async () => {
  const destination = join(scratchFolder(), 'data')
  const made = new StanzaRepository().backup({ entries: { 'pg_data/base/1/1259': { mode: '0640' } } })

  const result = await fetch(made, destination, 'LATEST')

  expect(treeOf(destination)).toEqual({
    '.': 'dir 700',
    PG_VERSION: 'file 600 15\n',
    backup_label: 'file 600 START WAL LOCATION: 0/4000028\n',
    base: 'dir 700',
    'base/1': 'dir 700',
    'base/1/1259': 'file 640 a table',
    global: 'dir 700',
    'global/pg_control': 'file 600 the control file',
    pg_wal: 'dir 700',
  })
  expect(statSync(join(destination, 'base/1/1259')).mtimeMs).toBe(STARTED * 1000)
  expect(result).toMatchObject({ backup_name: LABEL, files: 4 })
  expect(made.warnings).toEqual([])
})

test('pg_control is in place only after everything else', async () => {
  const destination = join(scratchFolder(), 'data')
  const made = new StanzaRepository().backup({
    files: { 'pg_data/global/pg_control': 'c', 'pg_data/later': 'x' },
  })
  const seen: boolean[] = []
  class Watching extends FsDriver {
    override async get(key: string, o: GetOptions) {
      if (key.endsWith('/later.gz')) {
        while (!existsSync(join(destination, WAITING_CONTROL))) await pause(5)
        seen.push(existsSync(join(destination, PG_CONTROL)))
      }
      return await super.get(key, o)
    }
  }
  const args = { destination_directory: destination, backup_name: LABEL }

  await pgbackrestBackupFetch.run(made.context({}, new Watching(made.root)), { args, flags: {} })

  expect(seen).toEqual([false])
  expect(existsSync(join(destination, PG_CONTROL))).toBe(true)
})

test.each([
  ['other content of the same size', 'E_INTEGRITY_CHECKSUM', gzipSync('a tablE')],
  ['less content', 'E_INTEGRITY_SIZE', gzipSync('a tabl')],
  ['an object that was cut', 'E_CODEC_TRUNCATED', gzipSync('a table').subarray(0, 15)],
])('fails at %s, and leaves nothing behind', async (_, code, content) => {
  const destination = emptyFolder()
  const made = new StanzaRepository().backup()
  made.put(`backup/main/${LABEL}/pg_data/base/1/1259.gz`, content)

  await expect(fetch(made, destination)).rejects.toMatchObject({ code })
  expect(treeOf(destination)).toEqual(NOTHING)
})

test('a file whose object is missing fails before anything is written', async () => {
  const destination = emptyFolder()
  const made = new StanzaRepository().backup()
  rmSync(join(made.root, `backup/main/${LABEL}/pg_data/base/1/1259.gz`))

  await expect(fetch(made, destination)).rejects.toThrow(/no object holds pg_data\/base\/1\/1259/)
  expect(treeOf(destination)).toEqual(NOTHING)
})

test('what the manifest does not list is no part of the backup', async () => {
  const destination = emptyFolder()
  const made = new StanzaRepository().backup()
  made.put(`backup/main/${LABEL}/pg_data/stray.gz`, gzipSync('x'))

  await fetch(made, destination)

  expect(treeOf(destination)).not.toHaveProperty('stray')
  expect(made.warnings).toEqual(['pg_data/stray.gz is not in the manifest, and is not restored'])
})

test.each([
  ['pg_data/../../outside', 'E_TAR_INVALID'],
  ['elsewhere/file', 'E_BACKUP_INVALID'],
  ['pg_tblspc/16384/PG_15/1', 'E_BACKUP_INVALID'],
])('refuses to restore %s', async (name, code) => {
  const destination = emptyFolder()
  const files = { [name]: 'x', 'pg_data/global/pg_control': 'c' }
  const made = new StanzaRepository().backup({ files })

  await expect(fetch(made, destination)).rejects.toMatchObject({ code })
  expect(treeOf(destination)).toEqual(NOTHING)
})

test('refuses a destination that holds something', async () => {
  const destination = emptyFolder()
  writeFileSync(join(destination, 'mine'), 'x')

  await expect(fetch(new StanzaRepository().backup(), destination)).rejects.toMatchObject({
    code: 'E_DESTINATION',
  })
  expect(readFileSync(join(destination, 'mine'), 'utf8')).toBe('x')
})

test('refuses increments, bundles and unknown compression with a word on what to do', async () => {
  const incremental = new StanzaRepository().backup({ type: 'incr' })
  const bundled = new StanzaRepository().backup({ entries: { 'pg_data/PG_VERSION': { bni: 1 } } })

  await expect(fetch(incremental, emptyFolder())).rejects.toThrow(
    /Unsupported backup type: incr; .*pgbackrest/,
  )
  await expect(fetch(bundled, emptyFolder())).rejects.toThrow(/bundled .*pgbackrest restore/)
  const bzipped = new StanzaRepository().backup({
    sections: { 'backup:option': { 'option-compress-type': 'bz2' } },
  })
  await expect(fetch(bzipped, emptyFolder())).rejects.toThrow(/compression, bz2; use pgbackrest restore/)
})

test('a backup without pg_control is refused', async () => {
  const made = new StanzaRepository().backup({ files: { 'pg_data/PG_VERSION': '15\n' } })

  await expect(fetch(made, emptyFolder())).rejects.toThrow(/it holds no global\/pg_control/)
})

test('restores tablespaces to where they were, and refuses when something is there', async () => {
  const location = join(scratchFolder(), 'space')
  const destination = emptyFolder()
  const made = new StanzaRepository().backup({
    files: { 'pg_data/global/pg_control': 'c', 'pg_tblspc/16384/PG_15_202209061/5/16385': 'rows' },
    sections: {
      'backup:target': {
        pg_data: { path: '/srv/data', type: 'path' },
        'pg_tblspc/16384': { path: location, type: 'link', 'tablespace-id': '16384' },
      },
    },
  })

  await fetch(made, destination)

  expect(treeOf(destination)['pg_tblspc/16384']).toBe(`link ${location}`)
  expect(treeOf(location)['PG_15_202209061/5/16385']).toBe('file 600 rows')
  await expect(fetch(made, emptyFolder())).rejects.toMatchObject({ code: 'E_DESTINATION' })
})

test('a damaged document is read from its copy', async () => {
  const destination = emptyFolder()
  const made = new StanzaRepository().backup()
  const info = join(made.root, 'backup/main/backup.info')
  made.put('backup/main/backup.info.copy', readFileSync(info))
  writeFileSync(info, readFileSync(info, 'utf8').replace('full', 'fuLL'))

  await fetch(made, destination)

  expect(treeOf(destination)).toHaveProperty('global/pg_control')
})

test('a backup that is not listed is not found', async () => {
  await expect(fetch(new StanzaRepository().backup(), emptyFolder(), 'nosuch')).rejects.toMatchObject({
    code: 'E_BACKUP_NOT_FOUND',
  })
})
