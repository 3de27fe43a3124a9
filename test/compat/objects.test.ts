import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeOptional } from '../support/describe-with.js'
import { fixtureSet } from './fixtures-folder.js'
import { PROGRAMS } from './programs.js'
import { lacksPython, runPython } from './run-python.js'

/** Codecs and crypters of today, as names in manifest.json. */
const COMPRESSORS = new Set(['lz4', 'none'])
const CRYPTERS = new Set(['plain', 'libsodium', 'kms'])
// Members that a row lacks are empty words in what the runner matches.
const ONLY =
  '^(objects (plain|libsodium|kms) (lz4|none) |accept +(lz4|none|libsodium|kms) |put (plain|libsodium|kms) (lz4|none) .*wal-push)'

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

/** Readings and writings that commands of today can do: wal-fetch of every object, wal-push of those written by it. */
function checksIn(fixtures: string): readonly string[] {
  const read = (name: string) => JSON.parse(readFileSync(join(fixtures, name), 'utf8'))
  const objects = (read('manifest.json').objects as readonly StoredObject[]).filter(
    ({ crypter, compressor }) => CRYPTERS.has(crypter) && COMPRESSORS.has(compressor),
  )
  const variants = (read('accept.json').variants as readonly Variant[]).filter(
    ({ codec }) => COMPRESSORS.has(codec) || CRYPTERS.has(codec),
  )
  const nameOf = (o: StoredObject) => `${o.crypter} ${o.compressor} ${o.plaintext} ${o.written}`
  return [
    ...objects.filter(isHere).map((object) => `objects ${nameOf(object)} wal-fetch`),
    ...variants.map(({ codec, variant }) => `accept ${codec}/${variant} wal-fetch`),
    ...objects
      .filter(({ written }) => written === 'wal-push')
      .map((object) => `put ${nameOf(object)} read by itself`),
  ]
}

function isHere({ path, same_bytes_as, stored }: StoredObject): boolean {
  return path !== undefined || same_bytes_as !== undefined || stored?.includes('itself') === true
}

const lacking = folder === undefined ? 'WALGTEST_FIXTURES names no folder with objects' : lacksPython()
const checks = folder === undefined ? [] : [...new Set(checksIn(folder))]

describe.each(PROGRAMS)('objects of WAL-G, read by $name', (program) => {
  // Only the large sets hold them; the codec's own tests have a small one.
  describeOptional('single objects', lacking, () => {
    let outcomes: ReadonlyMap<string, string> = new Map()
    beforeAll(async () => {
      const environment = { PROGRAM: program.command, DELIBERATE: '1', ONLY }
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
    }, 600_000)

    test.each(checks)('%s', (name) => {
      expect(outcomes.get(name)).toBe(`ok   ${name}`)
    })
  })
})
