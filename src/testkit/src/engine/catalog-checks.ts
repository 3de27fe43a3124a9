import assert from 'node:assert/strict'
import { BACKUP_FOLDER, sentinelName } from '@walg/core'
import { type BackupInfo, type CatalogRules, isWalgError, type LogRange, type StoredBackup } from '@walg/sdk'
import type { EngineCheck, EngineEnv } from './engine-env.js'

/** What may lie under the name of a sentinel, but is none. */
const NONSENSE: readonly unknown[] = [null, [], 1, 'x', {}, true, 10n ** 20n, { files: null }, [[]]]
const NAME = 'base_000000010000000000000007'

function stored(sentinel: unknown): StoredBackup {
  return { name: NAME, modifiedAt: new Date('2026-01-02T03:04:05Z'), sentinel, documents: {} }
}

/** What an engine says of a backup: its info, or the error. */
function described(rules: CatalogRules, backup: StoredBackup): unknown {
  try {
    return rules.describeBackup(backup)
  } catch (error) {
    return error
  }
}

function isTime(value: unknown): boolean {
  return value === undefined || (value instanceof Date && !Number.isNaN(value.getTime()))
}

function isCount(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)
}

function requireRange(range: LogRange, what: string): void {
  assert.ok(typeof range.from === 'string' && typeof range.to === 'string', `${what} has no ends`)
  assert.ok(range.from <= range.to, `${what} ends at ${range.to}, before it begins at ${range.from}`)
}

/** Throws unless walg can decide by it what to list and what to delete. */
export function requireInfo(found: unknown, what: string): asserts found is BackupInfo {
  assert.ok(typeof found === 'object' && found !== null, `${what} is described by ${String(found)}`)
  assert.ok(!(found instanceof Error), `${what} is not understood: ${String(found)}`)
  const info = found as BackupInfo
  assert.equal(typeof info.isPermanent, 'boolean', `${what}: isPermanent is neither true nor false`)
  assert.ok(isTime(info.startedAt) && isTime(info.finishedAt), `${what} has a time that is none`)
  const isNamed = info.parent === undefined || (typeof info.parent === 'string' && info.parent !== '')
  assert.ok(isNamed, `${what} has a parent without a name`)
  assert.ok(isCount(info.uncompressedBytes) && isCount(info.storedBytes), `${what} has a size that is none`)
  if (info.logs !== undefined) requireRange(info.logs, `the log of ${what}`)
}

function rulesOf({ engine }: EngineEnv): CatalogRules {
  assert.ok(engine.catalog, 'the engine has no catalog')
  return engine.catalog
}

export const catalogChecks: readonly EngineCheck[] = [
  {
    name: 'describeBackup knows nothing of nonsense: E_BACKUP_INVALID, or what can be said',
    needs: ({ engine }) => engine.catalog !== undefined,
    async run(env) {
      for (const sentinel of NONSENSE) {
        const found = described(rulesOf(env), stored(sentinel))
        if (isWalgError(found, 'E_BACKUP_INVALID')) continue
        requireInfo(
          found,
          `the sentinel ${typeof sentinel === 'bigint' ? sentinel : JSON.stringify(sentinel)}`,
        )
      }
    },
  },
  {
    name: 'describeBackup understands sentinels of the engine',
    needs: ({ engine, sentinels }) => engine.catalog !== undefined && sentinels !== undefined,
    async run(env) {
      for (const [at, sentinel] of (env.sentinels ?? []).entries())
        requireInfo(described(rulesOf(env), stored(sentinel)), `sentinel ${at + 1}`)
    },
  },
  {
    name: 'describeBackup says the same of the same twice, and leaves it as it is',
    needs: ({ engine }) => engine.catalog !== undefined,
    async run(env) {
      for (const sentinel of [...NONSENSE, ...(env.sentinels ?? [])]) {
        const backup = stored(structuredClone(sentinel))
        const first = described(rulesOf(env), backup)
        const second = described(rulesOf(env), backup)

        assert.deepEqual(backup, stored(sentinel), 'describeBackup changed what it was given')
        assert.deepEqual(second, first, 'describeBackup said something else the second time')
      }
    },
  },
  {
    name: 'logsIn finds no log in objects of backups',
    needs: ({ engine }) => engine.catalog?.logsIn !== undefined,
    async run(env) {
      const rules = rulesOf(env)
      for (const name of [
        '',
        sentinelName(NAME),
        `${NAME}/metadata.json`,
        `${NAME}/tar_partitions/part_1.tar.lz4`,
      ]) {
        const key = `${BACKUP_FOLDER}/${name}`
        assert.equal(rules.logsIn?.(key), undefined, `${key} is taken for a log`)
      }
    },
  },
  {
    name: 'logsIn finds logs, each a range that does not end before it begins',
    needs: ({ engine, logKeys }) => engine.catalog?.logsIn !== undefined && logKeys !== undefined,
    async run(env) {
      for (const key of env.logKeys ?? []) {
        const range = rulesOf(env).logsIn?.(key)
        assert.ok(range, `${key} is not taken for a log`)
        requireRange(range, key)
      }
    },
  },
]
