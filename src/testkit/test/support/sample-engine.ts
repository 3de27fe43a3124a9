import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  type BackupInfo,
  type CatalogRules,
  type DatabaseEngine,
  defineEngine,
  defineSettings,
  type Operation,
  type OperationContext,
  type StoredBackup,
  WalgError,
} from '@walg/sdk'
import type { BackupHooks, BackupTrial } from '@walg/testkit'

const FOLDER = 'basebackups_005'
export const SENTINEL_KEY = `${FOLDER}/base_1_backup_stop_sentinel.json`
const TABLES = ['one', 'two', 'three']

export const keyOf = (table: string): string => `${FOLDER}/base_1/${table}`

export type Database = Map<string, string>

export function sampleDatabase(): Database {
  return new Map(TABLES.map((table) => [table, `rows of ${table} `.repeat(100)]))
}

/** One object for each table; the sentinel has their checksums. */
export async function push(ctx: OperationContext, database: Database): Promise<void> {
  await pushTables(ctx, database)
  await pushSentinel(ctx, database)
}

export async function pushTables(ctx: OperationContext, database: Database): Promise<void> {
  const storage = await ctx.storage()
  for (const [table, rows] of database)
    await storage.write(keyOf(table), [Buffer.from(rows)], { signal: ctx.signal })
}

export async function pushSentinel(ctx: OperationContext, database: Database): Promise<void> {
  const sums = Object.fromEntries([...database].map(([table, rows]) => [table, sha256(rows)]))
  const storage = await ctx.storage()
  await storage.write(SENTINEL_KEY, [Buffer.from(JSON.stringify({ sums }))], { signal: ctx.signal })
}

export async function fetch(ctx: OperationContext, isChecked = true): Promise<Database> {
  const storage = await ctx.storage()
  const read = async (key: string) =>
    Buffer.from(await storage.readAll(key, { signal: ctx.signal })).toString('latin1')
  const restored: Database = new Map()
  for (const [table, sum] of Object.entries(sumsOf(JSON.parse(await read(SENTINEL_KEY))))) {
    const rows = await read(keyOf(table))
    if (isChecked && sha256(rows) !== sum)
      throw new WalgError('E_INTEGRITY_CHECKSUM', `unable to restore ${table}: it has changed`)
    restored.set(table, rows)
  }
  return restored
}

function sumsOf(sentinel: unknown): Record<string, string> {
  const { sums } = (sentinel ?? {}) as { readonly sums?: unknown }
  if (typeof sums === 'object' && sums !== null) return sums as Record<string, string>
  throw new WalgError('E_BACKUP_INVALID', 'unable to use the backup: its sentinel is malformed')
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}

export interface SampleHooks {
  readonly push: (ctx: OperationContext, database: Database) => Promise<void>
  readonly fetch: (ctx: OperationContext) => Promise<Database>
}

export function sampleBackups(own: Partial<SampleHooks> = {}): BackupHooks {
  return {
    async open(): Promise<BackupTrial> {
      const database = sampleDatabase()
      let restored: Database | undefined
      return {
        settings: {},
        push: (ctx) => (own.push ?? push)(ctx, database),
        async fetch(ctx) {
          restored = await (own.fetch ?? fetch)(ctx)
        },
        same: () => assert.deepEqual(restored, database),
      }
    },
  }
}

export const sampleOperation: Operation = {
  id: 'backup-push',
  summary: 'Back the database up',
  args: [
    { name: 'directory', summary: 'folder of the database', required: true },
    { name: 'backup_name', summary: 'name of the backup', required: false },
  ],
  flags: {
    permanent: { kind: 'bool', char: 'p', summary: 'keep the backup' },
    mode: { kind: 'string', char: 'm', values: ['fast', 'full'], summary: 'how to read, default full' },
  },
  run: async () => ({}),
}

export const sampleCatalog: CatalogRules = {
  describeBackup({ sentinel }: StoredBackup): BackupInfo {
    return { isPermanent: false, details: { tables: Object.keys(sumsOf(sentinel)).length } }
  },
  logsIn(key) {
    const position = /^log_005\/(\d{8})$/.exec(key)?.[1]
    return position === undefined ? undefined : { from: position, to: position }
  },
}

export const sampleEngine: DatabaseEngine = defineEngine({
  id: 'sample',
  settings: defineSettings({
    SAMPLE_DIRECTORY: { kind: 'path', doc: 'Folder of the database', aliases: ['SAMPLE_DIR'] },
    SAMPLE_PASSWORD: { kind: 'string', secret: true, doc: 'Password' },
    SAMPLE_MODE: { kind: 'enum', values: ['fast', 'full'], default: 'full', doc: 'How to read' },
  }),
  operations: { 'backup-push': async () => sampleOperation },
  catalog: sampleCatalog,
})
