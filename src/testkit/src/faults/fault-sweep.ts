import assert from 'node:assert/strict'
import { type StorageDriver, WalgError } from '@walg/sdk'
import { someOf } from '../places.js'
import { type Fault, FaultPlan, type FaultyCall, type SeenCall } from './plan.js'
import { withFaults } from './with-faults.js'

/** What is tried on every call that can have it. */
export type SweptKind = 'error' | 'lost-answer' | 'cut' | 'short' | 'flip' | 'torn'

/** A scenario, and what must be true however it goes. */
export interface FaultSweep<D extends StorageDriver> {
  /** A storage as it is before the scenario; a new one for every run. */
  open(): D | Promise<D>
  /** The scenario, with a driver that one thing goes wrong with. */
  run(driver: StorageDriver): Promise<unknown>
  /** Throws unless the storage is as it may be after this run. */
  holds(outcome: SweepOutcome<D>): void | Promise<void>
  /** Default: all but `flip`. */
  readonly kinds?: readonly SweptKind[]
  /** Calls that something goes wrong with. Default: all. */
  readonly calls?: readonly FaultyCall[]
  /** Most runs, spread over all that there could be. Default: no limit. */
  readonly most?: number
}

/** How one run went. */
export interface SweepOutcome<D extends StorageDriver> {
  /** The storage itself, with which nothing goes wrong. */
  readonly driver: D
  /** What the scenario rejected with; undefined when it took no harm. */
  readonly error: unknown
  /** What went wrong; undefined in the first run, in which nothing does. */
  readonly fault?: { readonly call: FaultyCall; readonly key: string; readonly kind: SweptKind }
}

const DEFAULT_KINDS: readonly SweptKind[] = ['error', 'lost-answer', 'cut', 'short', 'torn']
const SOME_BYTES = 10
const WRITES: readonly FaultyCall[] = ['put', 'putStream', 'uploadPart']

/**
 * Runs a scenario once to see the calls that it makes, and then once for each of them and each fault that it can have. Rejects with the first that
 * leaves something behind that must not be. Gives the number of runs.
 */
export async function faultSweep<D extends StorageDriver>(sweep: FaultSweep<D>): Promise<number> {
  const calls = await rehearse(sweep)
  const planned = calls.flatMap((seen, at) => {
    if (sweep.calls && !sweep.calls.includes(seen.call)) return []
    const after = calls.slice(0, at).filter(({ call }) => call === seen.call).length
    return (sweep.kinds ?? DEFAULT_KINDS)
      .filter((kind) => canHave(seen.call, kind))
      .map((kind) => ({ ...seen, kind, after }))
  })
  assert.ok(planned.length > 0, 'the scenario makes no call that could go wrong')
  const chosen = someOf(planned, sweep.most ?? planned.length)
  for (const one of chosen) await attempt(sweep, one)
  return 1 + chosen.length
}

async function rehearse<D extends StorageDriver>(sweep: FaultSweep<D>): Promise<readonly SeenCall[]> {
  const driver = await sweep.open()
  const plan = new FaultPlan()
  await sweep.run(withFaults(driver, plan))
  await named('nothing went wrong', () => sweep.holds({ driver, error: undefined }))
  return [...plan.calls]
}

interface Planned extends SeenCall {
  readonly kind: SweptKind
  /** How many of these calls come before. */
  readonly after: number
}

async function attempt<D extends StorageDriver>(sweep: FaultSweep<D>, planned: Planned): Promise<void> {
  const { call, key, kind, after } = planned
  const what = `${kind} at ${call} ${key}, number ${after + 1}`
  const driver = await sweep.open()
  const plan = new FaultPlan([{ call, after, fault: faultOf(kind, what) }])
  let error: unknown
  try {
    await sweep.run(withFaults(driver, plan))
  } catch (caught) {
    error = caught
  }
  assert.equal(plan.hits, 1, `${what}: the scenario did not make this call again`)
  await named(what, () => sweep.holds({ driver, error, fault: { call, key, kind } }))
}

async function named(what: string, check: () => void | Promise<void>): Promise<void> {
  try {
    await check()
  } catch (error) {
    throw new assert.AssertionError({ message: `${what}: ${(error as Error).message}` })
  }
}

function canHave(call: FaultyCall, kind: SweptKind): boolean {
  if (kind === 'torn') return WRITES.includes(call)
  return kind === 'error' || kind === 'lost-answer' || call === 'get'
}

/** Not worth a second try, or walg would make it and all would be well. */
function faultOf(kind: SweptKind, what: string): Fault {
  const error = new WalgError('E_STORAGE_UNAVAILABLE', `unable to reach the storage: ${what}`)
  if (kind === 'error' || kind === 'lost-answer') return { kind, error }
  if (kind === 'torn') return { kind, storedBytes: SOME_BYTES, error }
  if (kind === 'cut') return { kind, afterBytes: SOME_BYTES, error }
  return kind === 'short' ? { kind, afterBytes: SOME_BYTES } : { kind, atByte: SOME_BYTES }
}
