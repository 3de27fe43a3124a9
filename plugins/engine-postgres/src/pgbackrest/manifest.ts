import type { OperationContext } from '@walg/sdk'
import * as v from 'valibot'
import { byteCount, requireMembers, unsigned64, validated } from '../catalog/document.js'
import { tryParseLsn } from '../catalog/lsn.js'
import { type ManifestFile, manifestFiles, manifestPaths, octalMode } from './manifest-entries.js'
import { requireDocument, type Stanza } from './stanza.js'

/** A place that the cluster keeps outside of its data directory, by pgBackRest's name for it, `pg_tblspc/16384`. */
export interface ManifestTablespace {
  readonly name: string
  readonly location: string
}

/** backup.manifest: everything that a backup holds. Times are in seconds since 1970. */
export interface StanzaManifest {
  readonly key: string
  readonly label: string
  /** `full`, `diff` or `incr`. */
  readonly type: string
  readonly archiveStart: string
  readonly startLsn: bigint
  readonly stopLsn: bigint
  readonly startSeconds: number
  readonly stopSeconds: number
  readonly systemIdentifier: bigint
  readonly pgVersion: string
  readonly fileMode: number
  readonly directoryMode: number
  /** Names of all folders, in the manifest's spelling. */
  readonly directories: readonly string[]
  readonly directoryModes: ReadonlyMap<string, number>
  /** By name, in the manifest's spelling. */
  readonly files: ReadonlyMap<string, ManifestFile>
  readonly tablespaces: readonly ManifestTablespace[]
  /** `gz`, `lz4`, `zst`, `bz2`, `none`; undefined when the manifest does not say. */
  readonly compressType: string | undefined
  /** Small files lie in objects that hold many. */
  readonly isBundled: boolean
  /** The manifest is whole: it has the checksum that it says. */
  readonly isProven: boolean
}

const lsn = v.pipe(v.string(), v.transform(tryParseLsn), v.bigint('it is no LSN'))
const backupSchema = v.looseObject({
  'backup-label': v.string(),
  'backup-type': v.string(),
  'backup-archive-start': v.nullish(v.string(), ''),
  'backup-lsn-start': v.nullish(lsn, '0/0'),
  'backup-lsn-stop': v.nullish(lsn, '0/0'),
  'backup-timestamp-start': byteCount,
  'backup-timestamp-stop': byteCount,
  'backup-bundle': v.nullish(v.boolean(), false),
})
const databaseSchema = v.looseObject({ 'db-system-id': unsigned64, 'db-version': v.string() })
const optionSchema = v.looseObject({ 'option-compress-type': v.optional(v.string()) })
const defaultSchema = v.looseObject({ mode: octalMode })
const targetSchema = v.looseObject({ path: v.string(), 'tablespace-id': v.optional(v.string()) })

/** Reads the manifest of a backup. Rejects with `E_BACKUP_INVALID`, `E_INTEGRITY_CHECKSUM` or `E_STORAGE_NOT_FOUND`. */
export async function readStanzaManifest(
  ctx: OperationContext,
  stanza: Stanza,
  label: string,
): Promise<StanzaManifest> {
  const key = `${label}/backup.manifest`
  const document = await requireDocument(ctx, stanza.backups, key, `backup/${stanza.name}/${key}`)
  const read = <S extends v.GenericSchema>(section: string, schema: S) =>
    validated(`[${section}] of ${key}`, schema, document.members(section))
  const backup = read('backup', backupSchema)
  const database = read('backup:db', databaseSchema)
  const fileMode = read('target:file:default', defaultSchema).mode
  const directoryMode = read('target:path:default', defaultSchema).mode
  const files = manifestFiles(document)
  const directories = [...document.section('target:path').keys()]
  const tablespaces = [...document.section('backup:target')].flatMap(([name, value]) => {
    const where = `${name} of ${key}`
    const target = validated(where, targetSchema, requireMembers(where, value))
    return target['tablespace-id'] === undefined ? [] : [{ name, location: target.path }]
  })
  return {
    key,
    label: backup['backup-label'],
    type: backup['backup-type'],
    archiveStart: backup['backup-archive-start'],
    startLsn: backup['backup-lsn-start'],
    stopLsn: backup['backup-lsn-stop'],
    startSeconds: backup['backup-timestamp-start'],
    stopSeconds: backup['backup-timestamp-stop'],
    systemIdentifier: database['db-system-id'],
    pgVersion: database['db-version'],
    fileMode,
    directoryMode,
    directories,
    directoryModes: manifestPaths(document),
    files,
    tablespaces,
    compressType: read('backup:option', optionSchema)['option-compress-type'],
    isBundled: backup['backup-bundle'] || [...files.values()].some(({ isBundled }) => isBundled),
    isProven: document.isProven,
  }
}
