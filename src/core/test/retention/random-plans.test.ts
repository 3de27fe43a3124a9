import {
  executePlan,
  openStorage,
  planRetention,
  type RetentionPlan,
  type RetentionRequest,
  readRetentionCatalog,
  systemClock,
} from '@walg/core'
import { isWalgError, type StorageDriver, WalgError } from '@walg/sdk'
import { MemoryDriver } from '@walg/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { duckCatalog } from '../shared/duck-engine.js'
import { silentLog } from '../silent-log.js'
import { NOW } from './abstract-catalog.js'
import {
  logTimeOf,
  type Random,
  type RandomRepository,
  randomFrom,
  randomRepository,
  randomRequest,
  store,
  type TrueBackup,
} from './random-repository.js'

const COUNT = 2000
const SEED = Number(process.env['WALGTEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const ctx = { signal: new AbortController().signal, clock: systemClock, log: silentLog }

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => void vi.useRealTimers())

/** A driver that deletes one object after the other, in any order within a call, and tells of each. */
function deletingOneByOne(
  driver: MemoryDriver,
  random: Random,
  afterEach: (key: string) => void,
): StorageDriver {
  return Object.assign(Object.create(driver) as MemoryDriver, {
    list: driver.list.bind(driver),
    get: driver.get.bind(driver),
    put: driver.put.bind(driver),
    async delete(keys: readonly string[], o: { readonly signal: AbortSignal }) {
      for (const key of [...keys].sort(() => random() - 0.5)) {
        await driver.delete([key], o)
        afterEach(key)
      }
      return keys.map((key) => ({ key, deleted: true as const }))
    },
  })
}

function opened(driver: StorageDriver) {
  return openStorage(driver, { name: 'default', clock: systemClock, log: silentLog })
}

/** What a backup cannot do without: its objects and those of all that it builds on, with the logs of each. */
function neededBy(backup: TrueBackup, { backups, logs, objects }: RandomRepository): readonly string[] {
  const chain = new Set<TrueBackup>([backup])
  const keys: string[] = []
  for (const one of chain) {
    keys.push(...one.keys)
    const end = one.finishMs ?? NOW
    for (const [key, ms] of logs) if (ms >= logTimeOf(one.startMs) && ms <= logTimeOf(end)) keys.push(key)
    const parent = backups.find(({ name }) => name === one.parent)
    if (parent) chain.add(parent)
    else keys.push(...[...objects.keys()].filter((key) => key.startsWith(`basebackups_005/${one.parent}/`)))
  }
  return keys
}

function ancestorsOf(backup: TrueBackup, { backups }: RandomRepository): readonly TrueBackup[] {
  const parent = backups.find(({ name }) => name === backup.parent)
  return parent ? [parent, ...ancestorsOf(parent, { backups } as RandomRepository)] : []
}

/** Everything that the plan must not take, worked out from what really happened. */
function untouchable(repository: RandomRepository, plan: RetentionPlan): ReadonlySet<string> {
  const { backups, running, logs, foreign } = repository
  const stays = (name: string) => plan.backups.some((one) => one.name === name && !one.isDeleted)
  const kept = backups.filter(({ name }) => stays(name))
  const keys = new Set(foreign)
  const forPermanence = new Set(
    kept.filter(({ isPermanent }) => isPermanent).flatMap((one) => [one, ...ancestorsOf(one, repository)]),
  )
  for (const backup of [...kept, ...running]) {
    for (const key of neededBy(backup, repository)) keys.add(key)
    if (forPermanence.has(backup)) continue
    for (const [key, ms] of logs) if (ms >= logTimeOf(backup.startMs)) keys.add(key)
  }
  for (const backup of backups) {
    if (!backup.isPermanent && backup.isReadable) continue
    for (const key of neededBy(backup, repository)) keys.add(key)
    if (!backup.isReadable) for (const key of logs.keys()) keys.add(key)
  }
  return keys
}

interface Case {
  readonly what: string
  readonly random: Random
  readonly repository: RandomRepository
  readonly request: RetentionRequest
}

function* cases(): Generator<Case> {
  for (let index = 0; index < COUNT; index++) {
    const random = randomFrom(SEED + index)
    const repository = randomRepository(random)
    const request = randomRequest(random, repository)
    yield {
      what: `WALGTEST_SEED=${SEED}, case ${index}: ${JSON.stringify(request)}`,
      random,
      repository,
      request,
    }
  }
}

/** Undefined when the request is refused, or names what is not there. */
async function planOf(driver: StorageDriver, { request }: Case): Promise<RetentionPlan | undefined> {
  try {
    return planRetention(await readRetentionCatalog(ctx, [opened(driver)], duckCatalog), request)
  } catch (error) {
    if (isWalgError(error, 'E_DELETE_REFUSED') || isWalgError(error, 'E_BACKUP_NOT_FOUND')) return undefined
    throw error
  }
}

const KILLED = new WalgError('E_INTERRUPTED', 'killed')

test(`${COUNT} random plans take nothing that a kept backup needs, killed anywhere, and a rerun finishes (WALGTEST_SEED=${SEED})`, async () => {
  const seen = { withBackups: 0, withLogs: 0, reruns: 0 }
  for (const one of cases()) {
    const { what, random, repository } = one
    const driver = new MemoryDriver()
    await store(driver, repository)
    const plan = await planOf(driver, one)
    if (!plan) continue
    const deleted = plan.phases.flat().map(({ key }) => key)
    const forbidden = untouchable(repository, plan)

    expect(
      deleted.filter((key) => forbidden.has(key)),
      what,
    ).toEqual([])
    const listed = (await readRetentionCatalog(ctx, [opened(driver)], duckCatalog)).objects
    const decided = listed.filter((_, index) => plan.fates[index]?.isDeleted).map(({ key }) => key)
    expect([...deleted].sort(), what).toEqual(decided.sort())
    if (plan.backups.some(({ isDeleted }) => isDeleted)) seen.withBackups++
    if (deleted.some((key) => key.startsWith('quack_005/'))) seen.withLogs++

    const inspector = new Inspector(repository, what)
    const killAt = 1 + Math.floor(random() * deleted.length)
    let count = 0
    const killable = deletingOneByOne(driver, random, (key) => {
      inspector.afterDelete(key)
      if (++count === killAt) throw KILLED
    })
    if (deleted.length > 0)
      await expect(executePlan(ctx, [opened(killable)], plan), what).rejects.toThrow('killed')

    const careful = deletingOneByOne(driver, random, (key) => inspector.afterDelete(key))
    const again = await planOf(driver, one)
    if (again) {
      await executePlan(ctx, [opened(careful)], again)
      seen.reruns++
    }
    requireFinished(new Set(driver.keys), plan, what)
  }
  // Otherwise nothing was tested.
  expect(seen.withBackups).toBeGreaterThan(COUNT / 5)
  expect(seen.withLogs).toBeGreaterThan(COUNT / 8)
  expect(seen.reruns).toBeGreaterThan(COUNT / 3)
}, 120_000)

/** Watches that each backup which has its sentinel has all that it needs of what was there. */
class Inspector {
  readonly #needed: readonly {
    readonly name: string
    readonly sentinel: string | undefined
    readonly keys: ReadonlySet<string>
  }[]
  readonly #gone = new Set<string>()
  readonly #what: string

  constructor(repository: RandomRepository, what: string) {
    this.#what = what
    this.#needed = [...repository.backups, ...repository.running]
      .filter(({ isReadable }) => isReadable)
      .map((backup) => ({
        name: backup.name,
        sentinel: backup.keys.find((key) => key.endsWith('_sentinel.json')),
        keys: new Set(neededBy(backup, repository)),
      }))
  }

  afterDelete(key: string): void {
    this.#gone.add(key)
    for (const { name, sentinel, keys } of this.#needed) {
      const isThere = sentinel === undefined || !this.#gone.has(sentinel)
      if (isThere && keys.has(key)) expect.fail(`${this.#what}: ${name} is left without ${key}`)
    }
  }
}

/** What the plan would have deleted is gone. */
function requireFinished(keys: ReadonlySet<string>, plan: RetentionPlan, what: string): void {
  const left = plan.phases.flat().filter(({ key }) => keys.has(key))
  expect(left, what).toEqual([])
}
