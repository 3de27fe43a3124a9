import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noneCompressor, openStorage, readTar, systemClock } from '@walg/core'
import type { Log, StorageDriver } from '@walg/sdk'
import { MemoryDriver } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { MemberList } from '../../src/catalog/member-list.js'
import { BackupRecord } from '../../src/push/backup-record.js'
import { composeByDatabase } from '../../src/push/database-composer.js'
import { MemberSources } from '../../src/push/member-sources.js'
import { PartStore } from '../../src/push/part-store.js'
import { composeByRating } from '../../src/push/rating-composer.js'
import { composeRegular } from '../../src/push/regular-composer.js'
import type { WalkedEntry } from '../../src/push/walk-data-directory.js'

const { signal } = new AbortController()
const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

interface Setting {
  readonly partsAtOnce?: number
  readonly uploadQueue?: number
  readonly thresholdBytes?: number
  readonly driver?: StorageDriver
}

function fileEntry(folder: string, name: string, bytes: number): WalkedEntry {
  const path = join(folder, name)
  writeFileSync(path, Buffer.alloc(bytes, name))
  const status = { size: bytes, mode: 0o600, uid: 0, gid: 0, modifiedNs: 1_000_000_000n }
  return { name: `/${name}`, path, type: 'file', status }
}

function composing(setting: Setting = {}) {
  const driver = setting.driver ?? new MemoryDriver({}, false)
  const folder = openStorage(driver, { name: 'default', clock: systemClock, log })
  const record = new BackupRecord(true, temporaryFolder())
  const parts = new PartStore({
    folder,
    compressor: noneCompressor,
    crypter: undefined,
    partsAtOnce: setting.partsAtOnce ?? 1,
    signal,
    stored: (key, tar, object) => record.addObject(key, tar, object),
  })
  const sources = new MemberSources({
    record,
    log,
    signal,
    progress: { advance() {}, end() {} },
    limiter: undefined,
    verification: undefined,
    pageBytes: 8192,
    updatesOf: () => 0,
  })
  const failures: unknown[] = []
  const options = {
    parts,
    sources,
    partsAtOnce: setting.partsAtOnce ?? 1,
    uploadQueue: setting.uploadQueue ?? 2,
    thresholdBytes: setting.thresholdBytes ?? 1024,
    giveUp: (error: unknown) => void failures.push(error),
  }
  return {
    folder,
    record,
    failures,
    options,
    compose: (entries: AsyncIterator<WalkedEntry>) => composeRegular(entries, options),
  }
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}

/** files_metadata.json as it would be stored. */
async function documentOf(record: BackupRecord) {
  const chunks: Uint8Array[] = []
  for await (const chunk of record.filesMetadata(new MemberList(temporaryFolder()))) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

async function membersOf(
  folder: ReturnType<typeof openStorage>,
  key: string,
): Promise<Record<string, string>> {
  const members: Record<string, string> = {}
  for await (const { name, body } of readTar(each([await folder.readAll(key, { signal })]), key)) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk.slice())
    members[name] = Buffer.concat(chunks).toString()
  }
  return members
}

describe('composing parts', () => {
  test('closes a part once its contents pass the threshold', async () => {
    const files = temporaryFolder()
    const { folder, record, compose } = composing({ thresholdBytes: 1000 })

    await compose(each(['a', 'b', 'c', 'd'].map((name) => fileEntry(files, name, 600))))

    expect([...record.objects.keys()]).toEqual(['tar_partitions/part_001.tar', 'tar_partitions/part_002.tar'])
    expect(Object.keys(await membersOf(folder, 'tar_partitions/part_001.tar'))).toEqual(['/a', '/b'])
    expect((await documentOf(record)).TarFileSets['part_002.tar']).toEqual(['/c', '/d'])
  })

  test('stores every file once, whatever number of parts is filled at once', async () => {
    const files = temporaryFolder()
    const entries = Array.from({ length: 60 }, (_, index) => fileEntry(files, `f${index}`, index * 37))
    const { folder, record, compose } = composing({ partsAtOnce: 3, uploadQueue: 1, thresholdBytes: 4000 })

    await compose(each(entries))

    const found: Record<string, string> = {}
    for (const key of record.objects.keys()) Object.assign(found, await membersOf(folder, key))
    expect(Object.keys(found).sort()).toEqual(entries.map(({ name }) => name).sort())
    expect(record.memberBytes).toBe(entries.reduce((sum, { status }) => sum + status.size, 0))
    expect(Object.keys((await documentOf(record)).Files)).toHaveLength(60)
  })

  test('leaves out what has vanished, and stores no part for it alone', async () => {
    const files = temporaryFolder()
    const entries = ['a', 'b'].map((name) => fileEntry(files, name, 2000))
    rmSync(join(files, 'b'))
    const { record, compose } = composing({ thresholdBytes: 1000 })

    await compose(each(entries))

    expect([...record.objects.keys()]).toEqual(['tar_partitions/part_001.tar'])
    expect(Object.keys((await documentOf(record)).Files)).toEqual(['/a'])
  })

  test('ends with the error of a part that cannot be stored, and tells the others at once', async () => {
    const files = temporaryFolder()
    const driver = new MemoryDriver({}, false)
    driver.put = () => Promise.reject(new Error('disk is gone'))
    const { failures, compose } = composing({ driver })

    await expect(compose(each([fileEntry(files, 'a', 10)]))).rejects.toThrow('disk is gone')

    expect(failures).toHaveLength(1)
  })
})

describe('the other composers', () => {
  const directory: WalkedEntry = {
    name: '/base',
    path: '/base',
    type: 'directory',
    status: { size: 0, mode: 0o700, uid: 0, gid: 0, modifiedNs: 0n },
  }
  const named = (folder: string, name: string): WalkedEntry => ({ ...fileEntry(folder, 'content', 10), name })

  test('give each database parts of its own, behind one with what has no content', async () => {
    const files = temporaryFolder()
    const { record, options } = composing({ thresholdBytes: 1_000_000 })
    const names = [
      '/base/1/1',
      '/base/5/1',
      '/global/1',
      '/base/1/2',
      '/pg_tblspc/9/PG_15/5/1',
      '/PG_VERSION',
    ]

    await composeByDatabase(each([directory, ...names.map((name) => named(files, name))]), options)

    expect(Object.values((await documentOf(record)).TarFileSets)).toEqual([
      ['/base'],
      ['/base/1/1', '/base/1/2'],
      ['/base/5/1'],
      ['/global/1', '/PG_VERSION'],
      ['/pg_tblspc/9/PG_15/5/1'],
    ])
  })

  test('put files that change alike together, the quietest first', async () => {
    const files = temporaryFolder()
    const { record, options } = composing({ thresholdBytes: 1_000_000 })
    const updates: Readonly<Record<string, number>> = { '/base/1/1': 7, '/base/1/3': 2 }
    const names = ['/base/1/1', '/base/1/2', '/base/1/3', '/base/1/4']

    await composeByRating(
      each([directory, ...names.map((name) => named(files, name))]),
      (name) => updates[name] ?? 0,
      options,
    )

    expect(Object.values((await documentOf(record)).TarFileSets)).toEqual([
      ['/base'],
      ['/base/1/2', '/base/1/4'],
      ['/base/1/3', '/base/1/1'],
    ])
  })
})
