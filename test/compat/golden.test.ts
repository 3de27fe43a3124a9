import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.js'
import { postgresBinaries } from '../support/postgres-binaries.js'
import { fixtureSet } from './fixtures-folder.js'
import { reasonNotYet, unusedPatterns } from './not-yet.js'
import { PROGRAMS, type Program } from './programs.js'
import { lacksPython, runPython } from './run-python.js'

const AREAS = [
  'backup-fetch',
  'backup-list',
  'backup-mark',
  'backup-push',
  'catchup',
  'copy',
  'daemon',
  'delete-before',
  'delete-everything',
  'delete-garbage',
  'delete-misc',
  'delete-retain',
  'delete-target',
  'pgbackrest',
  'settings',
  'st',
  'wal-fetch',
  'wal-prefetch',
  'wal-push',
  'wal-receive',
  'wal-restore',
  'wal-show',
  'wal-verify',
]
const folder = fixtureSet('pg-golden')
/** The checked-in runner, also for larger sets: others do not expect objects of walg's own beside a backup that waits for WAL. */
const RUNNER = fileURLToPath(new URL('fixtures/pg-golden/run.py', import.meta.url))

interface Case {
  readonly id: string
  readonly repo?: string
}

interface Outcome {
  readonly kind: 'ok' | 'FAIL' | 'SKIP'
  /** Why, for cases that failed or were skipped. */
  readonly text: string
}

/** Cases of these areas whose repositories are here. The checked-in set has not all areas, because of its size. */
function casesOf(fixtures: string): readonly string[] {
  return AREAS.map((area) => join(fixtures, 'cases', `${area}.json`))
    .filter((path) => existsSync(path))
    .flatMap((path) => JSON.parse(readFileSync(path, 'utf8')) as readonly Case[])
    .filter(({ repo }) => repo === undefined || existsSync(join(fixtures, 'repos', repo)))
    .map(({ id }) => id)
}

/** Runs all cases once; what the runner says of each. */
async function judge(
  fixtures: string,
  program: Program,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Outcome>> {
  const lines = await runPython(RUNNER, ['-v', '-j', '2', ...ids], {
    FIXTURES: fixtures,
    PROGRAM: program.command,
    DELIBERATE: program.rules,
    PGBIN: postgresBinaries(15) ?? '',
  })
  const outcomes = new Map<string, { kind: Outcome['kind']; text: string }>()
  let current: { kind: Outcome['kind']; text: string } | undefined
  for (const line of lines) {
    const [, kind, id, rest = ''] = /^(ok|FAIL|SKIP) +(\S+) ?(.*)$/.exec(line) ?? []
    if (kind !== undefined && id !== undefined) {
      current = { kind: kind as Outcome['kind'], text: rest }
      outcomes.set(id, current)
    } else if (current) current.text += `\n${line}`
  }
  return outcomes
}

/**
 * The rules of the fixtures let walg add objects that WAL-G does not know; the runner lets it only where the exit code is 0,
 * and a backup whose WAL was not archived ends with 11.
 */
function addsOnlyOurs({ kind, text }: Outcome): boolean {
  if (kind !== 'FAIL') return false
  const sections = [...text.matchAll(/^ {5}(\w+):$/gm)].map(([, name]) => name)
  const lines = [...text.matchAll(/^ {7}([+-])(?![+-])(.*)$/gm)]
  return (
    sections.join() === 'changes' &&
    lines.length > 0 &&
    lines.every(([, sign, line]) => sign === '+' && /^ +"[\w/<>.]+\/walg_\w+\.json",?$/.test(line ?? ''))
  )
}

const ids = folder === undefined ? [] : casesOf(folder)
const lacking = folder === undefined ? 'no recorded cases here' : lacksPython()

test('the list of cases that do not pass yet names only cases that there are', () => {
  expect(unusedPatterns(ids)).toEqual([])
})

describe.each(PROGRAMS)('what real WAL-G did, asked of $name', (program) => {
  describeWith('recorded cases', lacking, () => {
    let outcomes: ReadonlyMap<string, Outcome> = new Map()
    beforeAll(async () => {
      outcomes = await judge(folder ?? '', program, ids)
    }, 1_500_000)

    test.for(ids)('%s', (id, { skip }) => {
      const outcome = outcomes.get(id) ?? { kind: 'FAIL', text: 'the runner did not say' }
      const { kind, text } = addsOnlyOurs(outcome) ? { kind: 'ok', text: '' } : outcome
      const reason = reasonNotYet(id, program)
      // What the machine lacks fails CI; what walg lacks has its reason on the list.
      if (kind === 'SKIP' && (reason !== undefined || !process.env['CI'])) skip(reason ?? text)

      if (reason === undefined) expect(`${kind} ${kind === 'ok' ? '' : text}`).toBe('ok ')
      // A case on the list that passes must come off it.
      else expect(kind, `${id} passes; golden-not-yet.json says: ${reason}`).toBe('FAIL')
    })
  })
})
