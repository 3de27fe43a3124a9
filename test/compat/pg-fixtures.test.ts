import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.js'
import { postgresBinaries } from '../support/postgres-binaries.js'
import { lacksSharedProgram } from '../support/run-walg.js'
import { fixtureSet } from './fixtures-folder.js'
import { PROGRAMS } from './programs.js'
import { lacksPython, runPython } from './run-python.js'

const FIXTURES = [
  'full-lz4',
  'full-none',
  'full-lzma-none',
  'full-zstd-libsodium',
  'full-brotli-openpgp',
  'composers',
  'delta-chain-lz4',
  'delta-map-pg13-lz4',
  'partial-restore',
  'pg17-full-zstd',
  'pg18-delta-lz4',
  'remote-lz4',
  'tablespaces-lz4',
  'timelines',
  'wal-receive',
]
/** The other unpack order belongs to deltas. */
const NOT_YET = /^failed +\S+: reverse /
/** PostgreSQL takes an exit code of up to 125 for a segment that there is not, and promotes: so an object without a key for it is no 1. */
const STAYS_DIFFERENT = /^failed +\S+: key wal-fetch, .*: exit 200, expected 1 /

const folder = fixtureSet('pg')
const present = FIXTURES.filter((name) => folder && existsSync(join(folder, name)))
const scratch = mkdtempSync(join(tmpdir(), 'walg-fixtures-'))
// As root the servers run as another user.
chmodSync(scratch, 0o755)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Bin folders as check.py wants them, with psql, which the packages of other versions lack: that of 15 talks to all. */
function serverPrograms(): Readonly<Record<string, string>> {
  const psql = ['/usr/bin/psql', '/usr/lib/postgresql/15/bin/psql'].find((path) => existsSync(path))
  const found: Record<string, string> = {}
  for (const major of [15, 18]) {
    const bin = postgresBinaries(major)
    if (bin === undefined || psql === undefined) continue
    const own = join(scratch, `bin-${major}`)
    mkdirSync(own, { recursive: true })
    for (const name of ['postgres', 'pg_ctl', 'initdb']) symlinkSync(join(bin, name), join(own, name))
    symlinkSync(psql, join(own, 'psql'))
    found[`PG${major}`] = own
  }
  return found
}

const servers = serverPrograms()

describe.each(PROGRAMS)('repositories of WAL-G, restored by $name', (program) => {
  const lacking = present.length === 0 ? 'no repositories here' : (lacksPython() ?? lacksSharedProgram())
  describeWith('fixtures', lacking, () => {
    test.each(present)('%s', async (name) => {
      const environment = { PROGRAM: program.command, ...servers }

      const lines = await runPython(join(folder ?? '', 'check.py'), ['-v', name], environment)

      const failed = lines.filter(
        (line) => /^failed /.test(line) && !NOT_YET.test(line) && !STAYS_DIFFERENT.test(line),
      )
      const passed = lines.filter((line) => /^passed /.test(line))
      expect(failed).toEqual([])
      expect(passed.length).toBeGreaterThan(1)
    })
  })
})
