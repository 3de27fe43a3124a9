// Plans a delete over a large repository of PostgreSQL, and says how long each step takes and how much memory. Exit code 1 when
// planning is over the limits.
// node test/perf/plan-retention.mjs [backups] [segments] [--fs]
// With --fs the repository is written to a temporary folder first, and listed there; otherwise a listing is made up as it is read.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openStorage, planRetention, readRetentionCatalog, systemClock } from '@walg/core'
import { pgCatalog } from '../../plugins/engine-postgres/dist/catalog/catalog-rules.js'
import { FsDriver } from '../../plugins/storage-fs/dist/fs-driver.js'

const words = process.argv.slice(2)
const [backupCount = 10_000, segmentCount = 1_000_000] = words
  .filter((word) => /^\d+$/.test(word))
  .map(Number)
const isOnDisk = words.includes('--fs')
const MAKE = '--make'
const LIMIT_SECONDS = 3
const LIMIT_MIB = 512
const CHAIN = 7
const PAGE = 1000
const HOUR = 3_600_000
const SEGMENT_BYTES = 16 * 1024 * 1024
const SEGMENTS_PER_ID = 256
const BEGIN = Date.parse('2025-01-01T00:00:00Z')

const hex = (value, digits) => value.toString(16).toUpperCase().padStart(digits, '0')
const segmentName = (segment) =>
  `00000001${hex(Math.floor(segment / SEGMENTS_PER_ID), 8)}${hex(segment % SEGMENTS_PER_ID, 8)}`
const startOf = (index) => SEGMENTS_PER_ID + Math.floor((index * segmentCount) / backupCount)
const nameOf = (index) => {
  const own = `base_${segmentName(startOf(index))}`
  return index % CHAIN === 0 ? own : `${own}_D_${segmentName(startOf(index - 1))}`
}

function sentinelOf(index) {
  const lsn = startOf(index) * SEGMENT_BYTES + 40
  const time = new Date(BEGIN + index * HOUR).toISOString()
  const delta = {
    DeltaLSN: 40,
    DeltaFrom: nameOf(index - 1),
    DeltaFullName: nameOf(index - (index % CHAIN)),
    DeltaCount: index % CHAIN,
  }
  return JSON.stringify({
    LSN: lsn,
    ...(index % CHAIN !== 0 && delta),
    PgVersion: 150004,
    FinishLSN: lsn + 200,
    SystemIdentifier: 7,
    StartTime: time,
    FinishTime: time,
    Hostname: 'db1',
    IsPermanent: false,
  })
}

/** Every object in the order of keys: what it holds, and when it was written. */
function* objects() {
  for (let index = 0; index < backupCount; index++) {
    const folder = `basebackups_005/${nameOf(index)}`
    const modifiedMs = BEGIN + index * HOUR + HOUR / 2
    const metadata = `{"start_time":"${new Date(BEGIN + index * HOUR).toISOString()}","is_permanent":${index % 100 === 50}}`
    yield { key: `${folder}/metadata.json`, content: metadata, modifiedMs }
    yield { key: `${folder}/tar_partitions/part_001.tar.lz4`, content: '', modifiedMs }
    yield { key: `${folder}_backup_stop_sentinel.json`, content: sentinelOf(index), modifiedMs }
  }
  for (let segment = 0; segment < segmentCount; segment++) {
    const key = `wal_005/${segmentName(SEGMENTS_PER_ID + segment)}.lz4`
    yield { key, content: '', modifiedMs: BEGIN + Math.floor((segment * backupCount * HOUR) / segmentCount) }
  }
}

/** A storage that makes up its listing page by page, as a remote one gives it, and the documents of backups. */
function madeUpDriver() {
  const running = objects()
  const contentOf = (key) => {
    const [, name] = /^basebackups_005\/(base_[^/]+?)(?:_backup_stop_sentinel\.json|\/metadata\.json)$/.exec(
      key,
    )
    const start =
      Number.parseInt(name.slice(13, 21), 16) * SEGMENTS_PER_ID + Number.parseInt(name.slice(21, 29), 16)
    const index = Math.ceil(((start - SEGMENTS_PER_ID) * backupCount) / segmentCount)
    if (!key.endsWith('/metadata.json')) return sentinelOf(index)
    return `{"start_time":"${new Date(BEGIN + index * HOUR).toISOString()}","is_permanent":${index % 100 === 50}}`
  }
  return {
    capabilities: { deleteBatch: PAGE, listOrdered: true },
    async list() {
      const page = []
      for (let next = running.next(); !next.done; next = running.next()) {
        const { key, modifiedMs } = next.value
        // Flat strings, as a listing gives them; what is put together here would count twice.
        page.push({
          key: Buffer.from(key).toString('latin1'),
          size: 16_777_216,
          modifiedAt: new Date(modifiedMs),
        })
        if (page.length === PAGE) return { objects: page, folders: [], nextCursor: page.at(-1).key }
      }
      return { objects: page, folders: [] }
    },
    async get(key) {
      const bytes = Buffer.from(contentOf(key))
      const body = (async function* () {
        yield bytes
      })()
      return { info: { key, size: bytes.length, modifiedAt: new Date(BEGIN) }, body }
    },
    async close() {},
  }
}

/** By a process of its own, so that what writing takes is not measured. */
function folderDriver(root) {
  const { status } = spawnSync(process.execPath, [process.argv[1], ...words, MAKE, root], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`unable to write ${root}: exit code ${status}`)
  return new FsDriver(root)
}

function writeFolder(root) {
  for (const { key, content } of objects()) {
    const path = join(root, key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
}

const makeAt = words.indexOf(MAKE)
if (makeAt >= 0) {
  writeFolder(words[makeAt + 1])
  process.exit()
}

const log = { debug() {}, info() {}, warn() {}, error() {} }
const ctx = { signal: new AbortController().signal, clock: systemClock, log }
const root = isOnDisk ? mkdtempSync(join(tmpdir(), 'walg-retention-')) : undefined
try {
  const driver = root ? folderDriver(root) : madeUpDriver()
  const storage = openStorage(driver, { name: 'default', clock: systemClock, log })
  const began = performance.now()
  const catalog = await readRetentionCatalog(ctx, [storage], pgCatalog)
  const read = performance.now()
  const plan = planRetention(catalog, {
    kind: 'retain',
    count: 100,
    modifier: 'FIND_FULL',
    isAfterAlone: true,
  })
  const planned = performance.now()
  const seconds = (planned - read) / 1000
  const mib = process.resourceUsage().maxRSS / 1024
  const count = plan.phases.reduce((sum, phase) => sum + phase.length, 0)
  process.stdout.write(
    `${catalog.backups.length} backups, ${catalog.objects.length} objects: read in ${((read - began) / 1000).toFixed(2)} s, ` +
      `planned in ${seconds.toFixed(2)} s, ${count} objects to delete in ${plan.phases.length} phases; peak memory ${mib.toFixed(0)} MiB\n`,
  )
  if (seconds > LIMIT_SECONDS || mib > LIMIT_MIB) {
    process.stderr.write(`over the limits of ${LIMIT_SECONDS} s and ${LIMIT_MIB} MiB\n`)
    process.exitCode = 1
  }
} finally {
  if (root) rmSync(root, { recursive: true, force: true })
}
