import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ArgSpec,
  type BackupInfo,
  type CatalogRules,
  type FlagSpec,
  isWalgError,
  type Operation,
  type OperationContext,
  type SettingSpec,
  type StoredBackup,
} from '@walg/sdk'
import { type EngineEnv, engineKit } from '@walg/testkit'
import { expect, test } from 'vitest'
import { type KnownBad, proveKit } from './support/known-bad.js'
import {
  type Database,
  fetch,
  keyOf,
  push,
  pushSentinel,
  pushTables,
  type SampleHooks,
  SENTINEL_KEY,
  sampleBackups,
  sampleCatalog,
  sampleDatabase,
  sampleEngine,
  sampleOperation,
} from './support/sample-engine.js'

const good: EngineEnv = {
  engine: sampleEngine,
  backups: sampleBackups(),
  sentinels: [{ sums: { one: '00' } }],
  logKeys: ['log_005/00000007'],
}

type Bad = Partial<EngineEnv>

const operation = (own: Partial<Operation>, key = 'backup-push'): Bad => ({
  engine: { ...sampleEngine, operations: { [key]: async () => ({ ...sampleOperation, ...own }) } },
})
const args = (own: ArgSpec): Bad => operation({ args: own })
const flags = (own: FlagSpec): Bad => operation({ flags: own })
const setting = (name: string, spec: SettingSpec): Bad => ({
  engine: { ...sampleEngine, settings: { ...sampleEngine.settings, [name]: spec } },
})
const catalog = (own: Partial<CatalogRules>): Bad => ({
  engine: { ...sampleEngine, catalog: { ...sampleCatalog, ...own } },
})
const info = (own: object): Bad =>
  catalog({ describeBackup: (backup) => ({ ...sampleCatalog.describeBackup(backup), ...own }) as BackupInfo })
const backups = (own: Partial<SampleHooks>): Bad => ({ backups: sampleBackups(own) })

async function talkative(): Promise<Operation> {
  await sleep(1)
  process.stdout.write('loading\n')
  return sampleOperation
}

let calls = 0
const counting = (backup: StoredBackup): BackupInfo => ({
  ...sampleCatalog.describeBackup(backup),
  storedBytes: calls++,
})

function marking({ sentinel }: StoredBackup): BackupInfo {
  if (typeof sentinel === 'object' && sentinel !== null) Object.assign(sentinel, { seen: true })
  return { isPermanent: false }
}

async function pushTwo(ctx: OperationContext, database: Database): Promise<void> {
  await push(ctx, database)
  const storage = await ctx.storage()
  const second = SENTINEL_KEY.replace('base_1', 'base_2')
  await storage.write(second, [Buffer.from('{"sums":{}}')], { signal: ctx.signal })
}

async function pushSentinelFirst(ctx: OperationContext, database: Database): Promise<void> {
  await pushSentinel(ctx, database)
  await pushTables(ctx, database)
}

/** Forgets that it was aborted. */
async function pushDeaf(ctx: OperationContext, database: Database): Promise<void> {
  const ownSignal = new AbortController().signal
  await push({ ...ctx, signal: ownSignal }, database)
  ctx.signal.throwIfAborted()
}

async function pushWithOwnError(ctx: OperationContext, database: Database): Promise<void> {
  await push(ctx, database).catch((error: Error) => {
    throw new Error(`unable to push: ${error.message}`)
  })
}

/** Takes a table that could not be stored for one that is not important. */
async function pushLenient(ctx: OperationContext, database: Database): Promise<void> {
  await pushTables(ctx, database).catch(() => undefined)
  await pushSentinel(ctx, database)
}

async function pushSwallowing(ctx: OperationContext, database: Database): Promise<void> {
  await push(ctx, database).catch(() => undefined)
}

async function fetchWhatIsThere(ctx: OperationContext): Promise<Database> {
  try {
    return await fetch(ctx)
  } catch (error) {
    if (!isWalgError(error, 'E_STORAGE_NOT_FOUND')) throw error
    return new Map()
  }
}

async function fetchCleaning(ctx: OperationContext): Promise<Database> {
  const restored = await fetch(ctx)
  await (await ctx.storage()).deleteMany([keyOf('one')], { signal: ctx.signal })
  return restored
}

const string = { kind: 'string', summary: 'something' } as const

const KNOWN_BAD: Readonly<Record<string, readonly KnownBad<Bad>[]>> = {
  'operations load, and write nothing to stdout when they do': [
    [{ engine: { ...sampleEngine, operations: { 'backup-push': talkative } } }, /wrote "loading\\n"/],
    [operation({ run: undefined as never }), /backup-push cannot be run/],
    [
      { engine: { ...sampleEngine, operations: { x: () => Promise.reject(new Error('no such file')) } } },
      /no such file/,
    ],
  ],
  'the id of an operation is its key, in lower case words': [
    [operation({ id: 'push' }), /the operation backup-push calls itself push/],
    [operation({ id: 'log  push' }, 'log  push'), /log {2}push is no id/],
    [operation({ id: 'Push' }, 'Push'), /Push is no id/],
    [operation({ id: '9x' }, '9x'), /9x is no id/],
  ],
  'the summary of an operation is one line that begins with a capital, without a full stop': [
    [operation({ summary: 'Back up.' }), /ends with a full stop/],
    [operation({ summary: 'Back up\nnow' }), /more than one line/],
    [operation({ summary: ' ' }), /backup-push has no summary/],
    [operation({ summary: 'back up' }), /does not begin with a capital/],
  ],
  'arguments have names of their own, and optional ones come last': [
    [
      args([
        { name: 'a', summary: 'x', required: false },
        { name: 'b', summary: 'x', required: true },
      ]),
      /a required argument comes after an optional one/,
    ],
    [
      args([
        { name: 'a', summary: 'x', required: true },
        { name: 'a', summary: 'x', required: true },
      ]),
      /two arguments of one name/,
    ],
    [args([{ name: 'backup-name', summary: 'x', required: true }]), /backup-name is no name/],
    [args([{ name: 'a', summary: 'x.', required: true }]), /the summary of backup-push a ends/],
  ],
  'flags have names and letters of their own, also beside those that every command has': [
    [flags({ a: { ...string, char: 'x' }, b: { ...string, char: 'x' } }), /two flags of one letter/],
    [flags({ a: { ...string, char: 'xy' } }), /xy is no letter for a flag/],
    [flags({ json: string }), /every command has a flag --json already/],
    [flags({ help: string }), /every command has a flag --help already/],
    [flags({ Deep_Mode: string }), /Deep_Mode is no name for a flag/],
  ],
  'flags say what they are: a kind, a summary, and values only for texts': [
    [flags({ a: { ...string, kind: 'number' as never } }), /number is no kind of flag/],
    [flags({ a: { ...string, summary: 'x.' } }), /the summary of backup-push --a ends/],
    [flags({ a: { ...string, kind: 'int', values: ['1'] } }), /values are for a string/],
    [flags({ a: { ...string, values: [] } }), /values are for a string, and there must be some/],
  ],
  'settings have names in upper case, one for one setting': [
    [setting('sample_port', { kind: 'int', doc: 'x' }), /sample_port is no name/],
    [setting('SAMPLE_PORT', { kind: 'int', doc: 'x', aliases: ['port'] }), /port is no name/],
    [setting('SAMPLE_DIR', { kind: 'path', doc: 'x' }), /SAMPLE_DIR is the name of two settings/],
  ],
  'settings are documented in one line': [
    [setting('SAMPLE_PORT', { kind: 'int', doc: '' }), /SAMPLE_PORT is not documented/],
    [setting('SAMPLE_PORT', { kind: 'int', doc: 'a\nb' }), /more than one line/],
  ],
  'the default of a setting is one of its values': [
    [setting('SAMPLE_PORT', { kind: 'int', doc: 'x', default: 'many' }), /default of SAMPLE_PORT is refused/],
    [
      setting('SAMPLE_KIND', { kind: 'enum', doc: 'x', values: ['a'], default: 'b' }),
      /default of SAMPLE_KIND is refused/,
    ],
  ],
  'a secret has no default': [
    [
      setting('SAMPLE_KEY', { kind: 'string', secret: true, doc: 'x', default: 'a' }),
      /secret SAMPLE_KEY has/,
    ],
  ],
  'an enum has values, and nothing else has': [
    [setting('SAMPLE_KIND', { kind: 'enum', doc: 'x' }), /SAMPLE_KIND is of kind enum and has 0 values/],
    [setting('SAMPLE_KIND', { kind: 'int', doc: 'x', values: ['1'] }), /of kind int and has 1 values/],
    [setting('SAMPLE_KIND', { kind: 'enum', doc: 'x', values: ['a', 'a'] }), /one value twice/],
  ],
  'describeBackup knows nothing of nonsense: E_BACKUP_INVALID, or what can be said': [
    [
      catalog({ describeBackup: ({ sentinel }) => ({ isPermanent: (sentinel as { p: boolean }).p }) }),
      /the sentinel null is not understood: TypeError/,
    ],
    [
      catalog({ describeBackup: ({ sentinel }) => ({ isPermanent: sentinel as boolean }) }),
      /the sentinel null: isPermanent is neither/,
    ],
    [
      catalog({ describeBackup: () => ({ isPermanent: false, startedAt: new Date('x') }) }),
      /the sentinel null has a time that is none/,
    ],
  ],
  'describeBackup understands sentinels of the engine': [
    [{ sentinels: [{ sums: {} }, { files: {} }] }, /sentinel 2 is not understood/],
    [info({ isPermanent: 'no' }), /isPermanent is neither true nor false/],
    [info({ finishedAt: '2026-01-01' }), /has a time that is none/],
    [info({ parent: '' }), /has a parent without a name/],
    [info({ storedBytes: -1 }), /has a size that is none/],
    [info({ uncompressedBytes: 1.5 }), /has a size that is none/],
    [info({ logs: { from: '2', to: '1' } }), /ends at 1, before it begins at 2/],
    [catalog({ describeBackup: () => undefined as never }), /is described by undefined/],
  ],
  'describeBackup says the same of the same twice, and leaves it as it is': [
    [catalog({ describeBackup: counting }), /said something else the second time/],
    [catalog({ describeBackup: marking }), /changed what it was given/],
  ],
  'logsIn finds no log in objects of backups': [
    [catalog({ logsIn: (key) => ({ from: key, to: key }) }), /basebackups_005\/ is taken for a log/],
    [
      catalog({ logsIn: (key) => (/\.tar/.test(key) ? { from: key, to: key } : undefined) }),
      /part_1.tar.lz4 is taken for a log/,
    ],
  ],
  'logsIn finds logs, each a range that does not end before it begins': [
    [catalog({ logsIn: () => undefined }), /log_005\/00000007 is not taken for a log/],
    [catalog({ logsIn: () => ({ from: '8', to: '7' }) }), /ends at 7, before it begins at 8/],
  ],
  'a push makes one backup, which the catalog understands': [
    [backups({ push: pushTables }), /a push made 0 backups/],
    [backups({ push: pushTwo }), /a push made 2 backups/],
    [info({ isPermanent: 'no' }), /base_1 is not understood/],
  ],
  'a fetch gives back what was pushed': [
    [backups({ fetch: async () => new Map([['one', 'other rows']]) }), /the database after a fetch: /],
    [backups({ fetch: fetchCleaning }), /a fetch changed the repository/],
  ],
  'the sentinel is written last, when everything else is stored': [
    [backups({ push: pushSentinelFirst }), /something was stored after the sentinel/],
  ],
  'a push that is aborted ends with the reason and leaves no backup': [
    [backups({ push: pushDeaf }), /aborted at write 1, a push left a backup/],
    [backups({ push: pushWithOwnError }), /ended with Error: unable to push: enough instead of the reason/],
    [backups({ push: pushSwallowing }), /should have been rejected/],
  ],
  'a push of which a write fails is an error and leaves no backup, whatever write it is': [
    [backups({ push: pushLenient }), /^error at put .*one, number 1: the push says that all went well/],
    [backups({ push: pushSwallowing }), /the push says that all went well/],
    [backups({ push: pushSentinelFirst }), /^error at put .*one, number 2: the push left a backup/],
  ],
  'a backup of which an object is missing is not restored as if it were whole': [
    [backups({ fetch: fetchWhatIsThere }), /base_1\/one is missing, and it was restored without an error/],
    [backups({ push: pushSentinel }), /a backup has no object beside its sentinel/],
  ],
  'a backup of which an object was changed is not restored as if it were whole': [
    [
      backups({ fetch: (ctx) => fetch(ctx, false) }),
      /base_1\/one was changed, and it was restored without an error/,
    ],
    [backups({ fetch: async () => sampleDatabase() }), /whatever object was changed, nothing is noticed/],
  ],
}

proveKit(
  engineKit,
  () => good,
  KNOWN_BAD,
  (bad) => ({ ...good, ...bad }),
)

test('checks that want more than an engine say so', () => {
  const { catalog: _catalog, ...bare } = sampleEngine
  const applying = (env: EngineEnv) => engineKit.filter(({ needs }) => needs?.(env) !== false).length

  expect(applying({ engine: bare })).toBe(11)
  expect(applying({ engine: sampleEngine })).toBe(14)
  expect(applying(good)).toBe(engineKit.length)
})
