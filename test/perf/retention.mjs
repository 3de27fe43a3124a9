// Plans a delete over a large repository, and says how long that takes and how much memory. Exit code 1 when it is over the limits.
// node test/perf/retention.mjs [backups] [logs]
import { objectRoles, planRetention } from '@walg/core'

const [backupCount = 10_000, logCount = 1_000_000] = process.argv.slice(2).map(Number)
const LIMIT_SECONDS = 3
const LIMIT_MIB = 512
const CHAIN = 7
const PARTS = 4
const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.parse('2026-06-01T00:00:00Z')

/** Names as long as those of PostgreSQL. */
const position = (number) => `00000001${String(number).padStart(16, '0')}`
const logOf = (index) => Math.floor((index * logCount) / backupCount)

function backups() {
  return Array.from({ length: backupCount }, (_, index) => {
    const timeMs = NOW - (backupCount - index) * HOUR
    const start = position(logOf(index))
    return {
      name: `base_${start}`,
      timeMs,
      modifiedMs: timeMs + HOUR / 2,
      isPermanent: index % 100 === 50,
      parents: index % CHAIN === 0 ? [] : [`base_${position(logOf(index - 1))}`],
      logs: { from: start, to: position(logOf(index) + 2) },
    }
  })
}

function objects(all) {
  const found = []
  // Flat strings, as a listing gives them; what is put together here would count twice.
  const add = (key, modifiedMs) =>
    found.push({
      storageName: 'default',
      key: Buffer.from(key).toString('latin1'),
      size: 16_777_216,
      modifiedMs,
    })
  for (const { name, modifiedMs } of all) {
    add(`basebackups_005/${name}_backup_stop_sentinel.json`, modifiedMs)
    for (let part = 0; part < PARTS; part++) {
      add(`basebackups_005/${name}/tar_partitions/part_00${part}.tar.lz4`, modifiedMs)
    }
  }
  for (let log = 0; log < logCount; log++) add(`wal_005/${position(log)}.lz4`, NOW - 90 * DAY + log)
  return found
}

const rules = {
  describeBackup: () => ({ isPermanent: false }),
  logsIn(key) {
    const segment = /^wal_005\/([0-9A-F]{24})\.lz4$/.exec(key)?.[1]
    return segment === undefined ? undefined : { from: segment, to: segment }
  },
}

const all = backups()
const catalog = { backups: all, objects: objects(all), roleOf: objectRoles(rules), nowMs: NOW }
const started = performance.now()
const plan = planRetention(catalog, { kind: 'retain', count: 100, modifier: 'FIND_FULL' })
const seconds = (performance.now() - started) / 1000
const mib = process.resourceUsage().maxRSS / 1024
const count = plan.phases.reduce((sum, phase) => sum + phase.length, 0)
process.stdout.write(
  `${backupCount} backups, ${catalog.objects.length} objects: planned in ${seconds.toFixed(2)} s, ` +
    `${count} objects to delete in ${plan.phases.length} phases; peak memory ${mib.toFixed(0)} MiB\n`,
)
if (seconds > LIMIT_SECONDS || mib > LIMIT_MIB) {
  process.stderr.write(`over the limits of ${LIMIT_SECONDS} s and ${LIMIT_MIB} MiB\n`)
  process.exitCode = 1
}
