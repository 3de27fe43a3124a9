import { readJson } from '@walg/core'
import { expect, test } from 'vitest'
import { pgCatalog } from '../../src/catalog/catalog-rules.js'

// Written by WAL-G of August 2026 for PostgreSQL 14; the first is marked permanent since.
const FULL = 'base_000000010000000000000002'
const FULL_SENTINEL =
  '{"LSN":33554472,"PgVersion":140023,"FinishLSN":33554688,"SystemIdentifier":7711095216640504253,"UncompressedSize":26680444,"CompressedSize":4827221,"DataCatalogSize":26782813,"UserData":{"x":[2],"y":"backup-361"},"ChkpNum":null,"Version":2,"StartTime":"2025-03-01T02:47:30.467022Z","FinishTime":"2025-03-01T02:50:07.223612Z","DateFmt":"%Y-%m-%dT%H:%M:%S.%fZ","Hostname":"db1","DataDir":"/srv/old/data","IsPermanent":false}'
const FULL_METADATA =
  '{"start_time":"2025-03-01T02:47:30.467022Z","finish_time":"2025-03-01T02:50:07.223612Z","date_fmt":"%Y-%m-%dT%H:%M:%S.%fZ","hostname":"db1","data_dir":"/srv/old/data","pg_version":140023,"start_lsn":33554472,"finish_lsn":33554688,"is_permanent":true,"system_identifier":7711095216640504253,"uncompressed_size":26680444,"compressed_size":4827221,"user_data":{"x":[2],"y":"backup-361"}}'
const DELTA = 'base_000000010000000000000008_D_000000010000000000000005'
const DELTA_SENTINEL =
  '{"LSN":134217768,"DeltaLSN":83886120,"DeltaFrom":"base_000000010000000000000005_D_000000010000000000000002","DeltaFullName":"base_000000010000000000000002","DeltaCount":2,"PgVersion":140023,"FinishLSN":134217984,"SystemIdentifier":7711095216640504253,"UncompressedSize":188775,"CompressedSize":49108,"DataCatalogSize":26998709,"UserData":"plain 25","ChkpNum":null,"Version":2,"StartTime":"2025-03-03T04:02:05.023406Z","FinishTime":"2025-03-03T04:02:38.704505Z","DateFmt":"%Y-%m-%dT%H:%M:%S.%fZ","Hostname":"db1","DataDir":"/srv/old/data","IsPermanent":false}'

function describe(name: string, sentinel: string, metadata?: string) {
  return pgCatalog.describeBackup({
    name,
    modifiedAt: new Date('2025-04-01T00:00:00Z'),
    sentinel: readJson(sentinel),
    documents: metadata === undefined ? {} : { 'metadata.json': readJson(metadata) },
  })
}

function logsOf(name: string, startLsn: number, finishLsn: number) {
  return describe(name, `{"LSN":${startLsn},"FinishLSN":${finishLsn}}`).logs
}

test('a full backup of WAL-G is described by its sentinel, and permanent by its metadata', () => {
  expect(describe(FULL, FULL_SENTINEL, FULL_METADATA)).toEqual({
    startedAt: new Date('2025-03-01T02:47:30.467Z'),
    finishedAt: new Date('2025-03-01T02:50:07.223Z'),
    isPermanent: true,
    logs: { branch: '00000001', from: '0000000000000002', to: '0000000000000002' },
    era: '7711095216640504253',
    host: 'db1',
    uncompressedBytes: 26_680_444,
    storedBytes: 4_827_221,
    details: {
      hostname: 'db1',
      data_dir: '/srv/old/data',
      pg_version: 140_023,
      start_lsn: '0/2000028',
      finish_lsn: '0/2000100',
    },
  })
})

test('a delta names its parent, and without metadata the sentinel says whether it is permanent', () => {
  const marked = DELTA_SENTINEL.replace('"IsPermanent":false', '"IsPermanent":true')

  expect(describe(DELTA, DELTA_SENTINEL)).toMatchObject({
    parent: 'base_000000010000000000000005_D_000000010000000000000002',
    isPermanent: false,
    logs: { branch: '00000001', from: '0000000000000008', to: '0000000000000008' },
  })
  expect(describe(DELTA, marked).isPermanent).toBe(true)
})

test('a sentinel of old releases has no times', () => {
  const info = describe(
    'base_0000000100000000000000FE_00000040',
    '{"LSN":4261412904,"PgVersion":90400,"FinishLSN":4261412999,"UserData":null}',
  )

  expect(info).not.toHaveProperty('startedAt')
  expect(info.logs).toEqual({ branch: '00000001', from: '00000000000000FE', to: '00000000000000FE' })
})

test.each([
  ['null', /it is no JSON object/],
  ['[]', /it is no JSON object/],
  ['{"LSN":"x"}', /LSN/],
  ['{"LSN":50331688,"DeltaFrom":"base_000000010000000000000002","PgVersion":140000}', /it is a delta, but/],
])('the sentinel %s is not understood', (sentinel, why) => {
  expect(() => describe(FULL, sentinel)).toThrow(why)
  expect(() => describe(FULL, sentinel)).toThrow(expect.objectContaining({ code: 'E_BACKUP_INVALID' }))
})

test('metadata that is none is not passed over', () => {
  expect(() => describe(FULL, FULL_SENTINEL, '{"is_permanent":1}')).toThrow(/metadata\.json: is_permanent/)
})

test('the log of a backup ends with the segment of the last byte before its end, over the edge of 4 GiB too', () => {
  expect(logsOf('base_000000010000000000000002', 0x2000028, 0x4000000)?.to).toBe('0000000000000003')
  expect(logsOf('base_0000000200000000000000FE', 0xfe000028, 0x1_0100_0001)).toEqual({
    branch: '00000002',
    from: '00000000000000FE',
    to: '0000000100000001',
  })
})

test('segments of other sizes, and names of standby backups, are recognised by name and start', () => {
  expect(logsOf('base_000000010000000000000020', 0x2000028, 0x2100001)?.to).toBe('0000000000000021')
  expect(logsOf('base_000000010000000000000004', 0x10000028, 0x14000001)?.to).toBe('0000000000000005')
  expect(logsOf('base_000000010000000000000002', 0x3000000, 0x3000100)).toEqual({
    branch: '00000001',
    from: '0000000000000002',
    to: '0000000000000003',
  })
})

test.each([
  ['a name without a segment', 'weird', '{"LSN":33554472,"FinishLSN":33554688}'],
  ['a start elsewhere', FULL, '{"LSN":999999999,"FinishLSN":999999999}'],
  ['no end', FULL, '{"LSN":33554472}'],
])('with %s nothing is known of the log', (_what, name, sentinel) => {
  expect(describe(name, sentinel).logs).toBeUndefined()
})

test.each([
  'wal_005/000000010000000000000007.lz4',
  'wal_005/000000010000000000000007',
  'wal_005/000000010000000000000007.',
  'wal_005/000000010000000000000007.json',
  'wal_005/000000010000000000000007.partial.br',
  'wal_005/000000010000000000000007.00000028.backup.lz4',
  'wal_005/000000010000000000000007_delta.lz4',
])('%s belongs to its segment', (key) => {
  expect(pgCatalog.logsIn!(key)).toEqual({
    branch: '00000001',
    from: '0000000000000007',
    to: '0000000000000007',
  })
})

test.each([
  'wal_005/00000002.history.lz4',
  'wal_005/00000001000000000000000.json',
  'wal_005/000000010000000000000001_not_a_wal.lz4',
  'wal_005/000000010000000000000001.xyz',
  'wal_005/sub/000000010000000000000002.lz4',
  'other/000000010000000000000002.lz4',
  'wal_005/readme.txt',
])('%s is no part of the log', (key) => {
  expect(pgCatalog.logsIn!(key)).toBeUndefined()
})
