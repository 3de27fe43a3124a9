import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Log, OperationContext, StorageDriver } from '@walg/sdk'
import gzip from '../../../codec-gzip/src/codec.js'
import { FsDriver } from '../../../storage-fs/src/fs-driver.js'
import { scratchFolder } from './restored-tree.js'
import { testContext } from './test-context.js'

export const LABEL = '20260801-020000F'
export const SYSTEM = 7_201_234_567_890_123_456n
/** Start of the backup. */
export const STARTED = 1_785_549_600

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A document as pgBackRest writes it, with its checksum. */
export function infoText(sections: Sections): string {
  const json = (value: unknown) =>
    JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? `${item}n` : item)).replace(
      /"(\d+)n"/g,
      '$1',
    )
  const all = { backrest: { 'backrest-format': 5, 'backrest-version': '2.45' }, ...sections }
  const sha1 = createHash('sha1').update(json(all)).digest('hex')
  const lines = Object.entries(all).map(([section, values]) =>
    [`[${section}]`, ...Object.entries(values).map(([key, value]) => `${key}=${json(value)}`), ''].join('\n'),
  )
  return `${lines.join('\n')}\n[backrest]\nbackrest-checksum="${sha1}"\n`
}

export interface BackupOptions {
  readonly label?: string
  readonly type?: string
  /** Content by name in the manifest; that of a small cluster by default. */
  readonly files?: Readonly<Record<string, string>>
  /** Members of a file's entry in the manifest, beside or instead of the right ones. */
  readonly entries?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly sections?: Sections
}

const CLUSTER = {
  'pg_data/PG_VERSION': '15\n',
  'pg_data/backup_label': 'START WAL LOCATION: 0/4000028\n',
  'pg_data/base/1/1259': 'a table',
  'pg_data/global/pg_control': 'the control file',
}

/** A pgBackRest repository of the stanza `main` in a folder that is gone after the test. Objects are compressed with gzip. */
export class StanzaRepository {
  readonly root = scratchFolder()
  readonly warnings: string[] = []
  readonly #backups: Record<string, unknown> = {}

  context(
    settings: Readonly<Record<string, string>> = {},
    driver: StorageDriver = new FsDriver(this.root),
  ): OperationContext {
    const note = (message: string) => void this.warnings.push(message)
    const log: Log = { debug() {}, info() {}, warn: note, error: note }
    return testContext(
      { default: driver },
      { WALG_PG_WAL_SIZE: '1', WALG_TAR_DISABLE_FSYNC: 'true', ...settings },
      { decoders: { gz: gzip }, log },
    )
  }

  put(key: string, content: string | Uint8Array): void {
    const path = join(this.root, key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }

  backup(options: BackupOptions = {}): this {
    const { label = LABEL, type = 'full', files = CLUSTER, entries = {}, sections = {} } = options
    const stop = STARTED + 60 * (1 + Object.keys(this.#backups).length)
    this.#backups[label] = {
      'backup-archive-start': '000000010000000000000004',
      'backup-timestamp-start': STARTED,
      'backup-timestamp-stop': stop,
      'backup-type': type,
    }
    this.put('backup/main/backup.info', infoText({ 'backup:current': this.#backups }))
    const listed = Object.entries(files).map(([name, content]) => {
      this.put(`backup/main/${label}/${name}.gz`, gzipSync(content))
      const checksum = createHash('sha1').update(content).digest('hex')
      return [name, { checksum, size: content.length, timestamp: STARTED, ...entries[name] }] as const
    })
    const manifest = {
      backup: {
        'backup-label': label,
        'backup-lsn-start': '0/4000028',
        'backup-lsn-stop': '0/4000138',
        'backup-timestamp-start': STARTED,
        'backup-timestamp-stop': stop,
        'backup-type': type,
      },
      'backup:db': { 'db-system-id': SYSTEM, 'db-version': '15' },
      'backup:option': { 'option-compress-type': 'gz' },
      'backup:target': { pg_data: { path: '/srv/data', type: 'path' } },
      'target:file': Object.fromEntries(listed),
      'target:file:default': { mode: '0600' },
      'target:path': { pg_data: {}, 'pg_data/base': {}, 'pg_data/base/1': {}, 'pg_data/pg_wal': {} },
      'target:path:default': { mode: '0700' },
      ...sections,
    }
    this.put(`backup/main/${label}/backup.manifest`, infoText(manifest))
    return this
  }

  /** The archive's own document, for the present cluster and those before it. */
  archiveInfo(systems: readonly bigint[] = [SYSTEM]): this {
    const history = systems.map((system, at) => [at + 1, { 'db-id': system, 'db-version': '15' }] as const)
    this.put(
      'archive/main/archive.info',
      infoText({
        db: { 'db-id': systems.length, 'db-system-id': systems.at(-1), 'db-version': '15' },
        'db:history': Object.fromEntries(history),
      }),
    )
    return this
  }

  /** Archives a file under its checksum, or under another one. */
  segment(
    name: string,
    content: Uint8Array,
    { cluster = '15-1', sha1 = createHash('sha1').update(content).digest('hex') } = {},
  ): this {
    this.put(`archive/main/${cluster}/${name.slice(0, 16)}/${name}-${sha1}.gz`, gzipSync(content))
    return this
  }
}
