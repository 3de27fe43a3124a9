// How long runs of the fast entry take, in one piece for all storages: medians of whole processes, rounds until both are within a budget, and
// the command lines of wal-push and wal-fetch, each of a file of its own, because pushing one again is another path through the program.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const RUNS = 15
const ROUNDS = 5
const walg = new URL('../../dist/walg.cjs', import.meta.url).pathname

/** Milliseconds of the middle one of some runs of node with these arguments; one that fails ends it all. */
export function medianMs(env, argumentsOf) {
  const times = Array.from({ length: RUNS }, (_, run) => {
    const args = argumentsOf(run)
    const started = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { env })
    const elapsed = performance.now() - started
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
    return elapsed
  })
  return times.sort((a, b) => a - b)[RUNS >> 1]
}

const nameOf = (round, run) => `${(round * RUNS + run).toString(16).toUpperCase().padStart(8, '0')}.history`

/** Arguments of node that push, and that fetch again, the file of a round and a run, by way of a folder. */
export function walArguments(folder) {
  mkdirSync(join(folder, 'pg_wal'), { recursive: true })
  return {
    push(round, run) {
      const path = join(folder, 'pg_wal', nameOf(round, run))
      writeFileSync(path, '1\t0/3000000\tno recovery target specified\n'.repeat(190))
      return [walg, 'pg', 'wal-push', path]
    },
    fetch: (round, run) => [
      walg,
      'pg',
      'wal-fetch',
      nameOf(round, run),
      join(folder, `fetched-${round}-${run}`),
    ],
  }
}

/** Whether each was within the budget in some round: other work on the machine only ever adds time. `measure` gives multiples of node. */
export function isWithinBudget(budget, measure) {
  const best = { push: Number.POSITIVE_INFINITY, fetch: Number.POSITIVE_INFINITY }
  const isWithin = () => best.push <= budget && best.fetch <= budget
  for (let round = 1; round <= ROUNDS && !isWithin(); round++) {
    const { push, fetch } = measure(round)
    best.push = Math.min(best.push, push)
    best.fetch = Math.min(best.fetch, fetch)
  }
  return isWithin()
}
