import { readFileSync } from 'node:fs'
import type { Config } from '@oclif/core'
import { type Host, knownSettings } from '@walg/core'
import type { FlagSpecEntry } from '@walg/sdk'
import { expect, test } from 'vitest'
import engine from '../../../plugins/engine-postgres/src/engine.js'
import { commandHelp, programHelp } from '../drop-in-help.js'

interface WalgFlag {
  readonly name: string
  readonly type: string
  readonly shorthand?: string
}

const fixtures = new URL('../../../test/compat/fixtures/pg-golden/commands.json', import.meta.url)
const recorded = JSON.parse(readFileSync(fixtures, 'utf8')) as {
  readonly commands: Readonly<Record<string, { readonly flags: readonly WalgFlag[] }>>
  readonly globalFlags: readonly WalgFlag[]
}

const host = { registry: { engine: async () => engine } } as unknown as Host
const shared = Object.keys(engine.operations).filter((name) => name in recorded.commands)

test('there are commands to compare', () => {
  expect(shared).toContain('wal-push')
})

test.each(shared)(
  '%s takes the flags of WAL-G, under the same names, short names and types',
  async (name) => {
    const { flags } = await engine.operations[name]!()
    const shape = (flag: FlagSpecEntry | undefined) => flag && [flag.kind, flag.char]

    // Every command of walg takes --json.
    const wanted = recorded.commands[name]!.flags.filter((flag) => flag.name !== 'json')
    expect(wanted.map((flag) => [flag.name, shape(flags[flag.name])])).toEqual(
      wanted.map(({ name: flag, type, shorthand }) => [flag, [type === 'uint32' ? 'int' : type, shorthand]]),
    )
  },
)

test('every setting that WAL-G takes as a flag is known', () => {
  const known = knownSettings()
  const unknown = recorded.globalFlags
    .map(({ name }) => name.toUpperCase().replaceAll('-', '_'))
    .filter((name) => !known.has(name) && name !== 'CONFIG' && name !== 'TURBO')

  expect(unknown).toEqual([])
})

test('help of a command has the layout of WAL-G', async () => {
  const text = await commandHelp('pg', 'wal-fetch', host)

  expect(text).toMatch(
    /^Fetch one WAL file for recovery\n\nUsage:\n {2}wal-g wal-fetch wal_name destination_filename \[flags\]\n\nFlags:\n/,
  )
  expect(text).toMatch(/\n {2}-h, --help +show this help\n/)
  expect(text).toMatch(/\n {6}--target-storage string {3}name of the storage to use\n/)
  expect(text).toMatch(/\n\nGlobal Flags:\n {6}--config string {3}path of the config file\n {6}--turbo /)
})

test('help of the program lists the commands of the engine that are not hidden', () => {
  const config = {
    commands: [
      { id: 'pg:wal-push', summary: 'Archive' },
      { id: 'pg:wal-prefetch', summary: 'hidden', hidden: true },
      { id: 'mysql:backup-push', summary: 'other' },
      { id: 'completion', summary: 'of the host' },
    ],
  } as unknown as Config

  expect(programHelp('pg', config)).toContain(
    'Usage:\n  wal-g [command]\n\nAvailable Commands:\n  wal-push   Archive\n\nFlags:\n',
  )
})

test('an operation that the engine lacks has no help', async () => {
  expect(await commandHelp('pg', 'nonsense', host)).toBeUndefined()
})
