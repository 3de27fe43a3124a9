import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeOptional } from '../support/describe-with.js'
import { fixtureSet } from './fixtures-folder.js'
import { PROGRAMS, type Program } from './programs.js'
import { lacksPython, runPython } from './run-python.js'

/** Rows that are run: reading all, writing what is small, empty or a segment. In names of tests, and in what the runner matches. */
const ROWS = /^(objects |accept |put .* (empty|heap8k) |put .* wal-push )/
/** For the drop-in, which is the same program behind another command line. */
const FEW = /^(objects plain (lz4|none) |accept (lz4|none)\/|put plain (lz4|none) .*wal-push )/
/** The same in what the runner matches, where members that a row lacks are empty words. */
const FEW_ROWS = '^(objects plain (lz4|none) |accept +(lz4|none) |put plain (lz4|none) .*wal-push)'
const RUNNER_ROWS = '^(objects |accept |put .* (empty|heap8k) |put .* wal-push$)'

interface StoredObject {
  readonly crypter: string
  readonly compressor: string
  readonly plaintext: string
  readonly written: string
  /** The stored file; absent where another has the same bytes, or where it was left out for its size. */
  readonly path?: string
  readonly same_bytes_as?: string
  readonly stored?: string
}

interface Variant {
  readonly codec: string
  readonly variant: string
}

const folder = fixtureSet('objects')

/** Each object of WAL-G read by `wal-fetch` and `st cat`, each odd one read or refused, and what is written read by ourselves. */
function checksIn(fixtures: string): readonly string[] {
  const read = (name: string) => JSON.parse(readFileSync(join(fixtures, name), 'utf8'))
  const objects = read('manifest.json').objects as readonly StoredObject[]
  const variants = read('accept.json').variants as readonly Variant[]
  const nameOf = (o: StoredObject) => `${o.crypter} ${o.compressor} ${o.plaintext} ${o.written}`
  const byBoth = (name: string) => [`${name} wal-fetch`, `${name} st cat`]
  return [
    ...objects.filter(isHere).flatMap((object) => byBoth(`objects ${nameOf(object)}`)),
    ...variants.flatMap(({ codec, variant }) => byBoth(`accept ${codec}/${variant}`)),
    ...objects.map((object) => `put ${nameOf(object)} read by itself`),
  ]
}

function isHere({ path, same_bytes_as, stored }: StoredObject): boolean {
  return path !== undefined || same_bytes_as !== undefined || stored?.includes('itself') === true
}

const lacking = folder === undefined ? 'WALGTEST_FIXTURES names no folder with objects' : lacksPython()
const checks = folder === undefined ? [] : [...new Set(checksIn(folder))]
const checksOf = (program: Program) =>
  checks.filter((name) => (program.name === 'walg' ? ROWS : FEW).test(name))

describe.each(PROGRAMS)('objects of WAL-G, read by $name', (program) => {
  // Only the large sets hold them; the codec's own tests have a small one.
  describeOptional('single objects', lacking, () => {
    let outcomes: ReadonlyMap<string, string> = new Map()
    beforeAll(async () => {
      const environment = {
        PROGRAM: program.command,
        DELIBERATE: '1',
        ONLY: program.name === 'walg' ? RUNNER_ROWS : FEW_ROWS,
      }
      const lines = await runPython(
        join(folder ?? '', 'check.py'),
        ['objects', 'accept', 'put', '-v'],
        environment,
      )
      outcomes = new Map(
        lines.flatMap((line) => {
          const [, kind, name] = /^(ok|FAIL|skip) +(.*?)(: .*)?$/.exec(line) ?? []
          return kind !== undefined && name !== undefined ? [[name, line.trimEnd()] as const] : []
        }),
      )
    }, 1_800_000)

    test.each(checksOf(program))('%s', (name) => {
      expect(outcomes.get(name)).toBe(`ok   ${name}`)
    })
  })
})
