import assert from 'node:assert/strict'
import { BACKUP_FOLDER, backupOfSentinelName, readBackups } from '@walg/core'
import type { StorageDriver } from '@walg/sdk'
import { rejection } from '../assertions.js'
import { collect } from '../bytes.js'
import { faultSweep } from '../faults/fault-sweep.js'
import { FaultPlan, type FaultRule, type FaultyCall } from '../faults/plan.js'
import { withFaults } from '../faults/with-faults.js'
import { MemoryDriver } from '../memory-driver.js'
import { operationContext } from '../operation-context.js'
import { someOf } from '../places.js'
import type { BackupTrial, EngineCheck, EngineEnv } from './engine-env.js'

/** Calls by which an object comes to be. */
const WRITES: readonly FaultyCall[] = ['put', 'putStream', 'complete', 'copy']
const MOST_SWEPT = 60
const MOST_DAMAGED = 12
const SENTINEL = /_backup_stop_sentinel\.json$/

const { signal } = new AbortController()

/** Runs something with a database of its own. */
async function withTrial<T>(env: EngineEnv, run: (trial: BackupTrial) => Promise<T>): Promise<T> {
  assert.ok(env.backups, 'there is nothing to make backups with')
  const trial = await env.backups.open()
  try {
    return await run(trial)
  } finally {
    await trial.close?.()
  }
}

function contextOf(trial: BackupTrial, driver: StorageDriver, own: AbortSignal = signal) {
  return operationContext(trial.settings, { driver, signal: own })
}

function backupsIn(driver: MemoryDriver): readonly string[] {
  return driver.keys
    .filter((key) => key.startsWith(`${BACKUP_FOLDER}/`))
    .flatMap((key) => backupOfSentinelName(key.slice(BACKUP_FOLDER.length + 1)) ?? [])
    .filter((name) => !name.includes('/'))
}

async function contentOf(driver: MemoryDriver, key: string): Promise<Uint8Array> {
  return await collect((await driver.get(key, { signal })).body)
}

/** Backs up, changes one object behind the back of the engine, and restores: an error, or the very same data. */
async function requireNoticed(
  env: EngineEnv,
  what: string,
  change: (driver: MemoryDriver, key: string) => Promise<unknown>,
): Promise<void> {
  const objectsOf = (driver: MemoryDriver) => driver.keys.filter((key) => !SENTINEL.test(key))
  const first = new MemoryDriver()
  await withTrial(env, async (trial) => await trial.push(contextOf(trial, first)))
  const numbers = objectsOf(first).map((_, at) => at)
  assert.ok(numbers.length > 0, 'a backup has no object beside its sentinel')

  let noticed = 0
  for (const number of someOf(numbers, MOST_DAMAGED)) {
    await withTrial(env, async (trial) => {
      const driver = new MemoryDriver()
      await trial.push(contextOf(trial, driver))
      const key = objectsOf(driver)[number] ?? ''
      await change(driver, key)
      const isRefused = await trial.fetch(contextOf(trial, driver)).then(
        () => false,
        () => true,
      )
      if (isRefused) noticed++
      else await sameAfter(trial, `${key} ${what}, and it was restored without an error`)
    })
  }
  assert.ok(noticed > 0, `whatever object ${what}, nothing is noticed`)
}

async function sameAfter(trial: BackupTrial, what: string): Promise<void> {
  try {
    await trial.same()
  } catch (error) {
    throw new assert.AssertionError({ message: `${what}: ${(error as Error).message}` })
  }
}

const needs = ({ backups }: EngineEnv): boolean => backups !== undefined

export const backupChecks: readonly EngineCheck[] = [
  {
    name: 'a push makes one backup, which the catalog understands',
    needs,
    async run(env) {
      await withTrial(env, async (trial) => {
        const driver = new MemoryDriver()
        const ctx = contextOf(trial, driver)

        await trial.push(ctx)

        assert.equal(backupsIn(driver).length, 1, `a push made ${backupsIn(driver).length} backups`)
        const { catalog } = env.engine
        if (!catalog) return
        for (const backup of await readBackups(await ctx.storage(), catalog, signal))
          assert.ok(backup.kind === 'readable', `${backup.name} is not understood`)
      })
    },
  },
  {
    name: 'a fetch gives back what was pushed',
    needs,
    async run(env) {
      await withTrial(env, async (trial) => {
        const driver = new MemoryDriver()
        await trial.push(contextOf(trial, driver))
        const stored = driver.keys

        await trial.fetch(contextOf(trial, driver))

        await sameAfter(trial, 'the database after a fetch')
        assert.deepEqual(driver.keys, stored, 'a fetch changed the repository')
      })
    },
  },
  {
    name: 'the sentinel is written last, when everything else is stored',
    needs,
    async run(env) {
      await withTrial(env, async (trial) => {
        const driver = new MemoryDriver()
        const seen: (readonly string[])[] = []
        const look = () => void seen.push(driver.keys)
        const rules = WRITES.map(
          (call): FaultRule => ({ call, key: SENTINEL, fault: { kind: 'first', run: look } }),
        )

        await trial.push(contextOf(trial, withFaults(driver, new FaultPlan(rules))))

        const others = driver.keys.filter((key) => !SENTINEL.test(key))
        assert.deepEqual(seen, [others], 'something was stored after the sentinel, or it was written twice')
      })
    },
  },
  {
    name: 'a push that is aborted ends with the reason and leaves no backup',
    needs,
    async run(env) {
      const writes = await withTrial(env, async (trial) => {
        const plan = new FaultPlan()
        await trial.push(contextOf(trial, withFaults(new MemoryDriver(), plan)))
        return plan.calls.filter(({ call }) => WRITES.includes(call)).map((_, at) => at)
      })
      for (const number of someOf(writes, MOST_DAMAGED)) {
        await withTrial(env, async (trial) => {
          const driver = new MemoryDriver()
          const abort = new AbortController()
          const reason = new Error('enough')
          let done = 0
          const run = () => {
            if (done++ === number) abort.abort(reason)
          }
          const fault = { kind: 'first', run } as const
          const rules = WRITES.map((call): FaultRule => ({ call, fault, times: Number.POSITIVE_INFINITY }))

          const error = await rejection(() =>
            trial.push(contextOf(trial, withFaults(driver, new FaultPlan(rules)), abort.signal)),
          )

          assert.equal(error, reason, `an aborted push ended with ${String(error)} instead of the reason`)
          assert.deepEqual(backupsIn(driver), [], `aborted at write ${number + 1}, a push left a backup`)
        })
      }
    },
  },
  {
    name: 'a push of which a write fails is an error and leaves no backup, whatever write it is',
    needs,
    async run(env) {
      await faultSweep({
        open: () => new MemoryDriver(),
        run: (driver) => withTrial(env, async (trial) => await trial.push(contextOf(trial, driver))),
        holds({ driver, error, fault }) {
          if (!fault) return
          assert.notEqual(error, undefined, 'the push says that all went well')
          assert.deepEqual(backupsIn(driver), [], 'the push left a backup')
        },
        kinds: ['error'],
        calls: [...WRITES, 'begin', 'uploadPart'],
        most: MOST_SWEPT,
      })
    },
  },
  {
    name: 'a backup of which an object is missing is not restored as if it were whole',
    needs,
    run: (env) => requireNoticed(env, 'is missing', (driver, key) => driver.delete([key], { signal })),
  },
  {
    name: 'a backup of which an object was changed is not restored as if it were whole',
    needs,
    run: (env) =>
      requireNoticed(env, 'was changed', async (driver, key) => {
        const bytes = new Uint8Array(await contentOf(driver, key))
        const at = bytes.length >> 1
        if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ 1
        // An empty object cannot be changed in place.
        await driver.put(key, [bytes.length > 0 ? bytes : new Uint8Array(1)], { signal })
      }),
  },
]
