import type { OperationContext } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import * as v from 'valibot'
import { byteCount, requireMembers, validated } from '../catalog/document.js'
import type { InfoDocument } from './info-document.js'
import { readDocument, requireDocument, type Stanza } from './stanza.js'

const KEY = 'backup.info'
const LATEST = 'LATEST'

/** A backup as backup.info lists it. Times are in seconds since 1970. */
export interface StanzaBackup {
  readonly label: string
  /** `full`, `diff` or `incr`. */
  readonly type: string
  readonly startSeconds: number
  readonly stopSeconds: number
  /** First WAL segment that it needs; empty for a backup of a stopped server. */
  readonly archiveStart: string
  /** pgBackRest found pages with wrong checksums. */
  readonly hasPageErrors: boolean
}

const schema = v.looseObject({
  'backup-type': v.string(),
  'backup-timestamp-start': byteCount,
  'backup-timestamp-stop': byteCount,
  'backup-archive-start': v.nullish(v.string(), ''),
  'backup-error': v.nullish(v.boolean(), false),
})

/** The backups of a stanza, oldest first; none where there is no backup.info. */
export async function listStanza(ctx: OperationContext, stanza: Stanza): Promise<readonly StanzaBackup[]> {
  const document = await readDocument(ctx, stanza.backups, KEY)
  return document ? backupsOf(document) : []
}

/** The backup of this label, or the newest one for `LATEST`. Rejects with `E_BACKUP_NOT_FOUND`. */
export async function findBackup(
  ctx: OperationContext,
  stanza: Stanza,
  label: string,
): Promise<StanzaBackup> {
  const document = await requireDocument(ctx, stanza.backups, KEY, `backup/${stanza.name}/${KEY}`)
  const backups = backupsOf(document)
  const found = label === LATEST ? backups.at(-1) : backups.find((backup) => backup.label === label)
  if (found) return found
  const why = label === LATEST ? 'it holds no backups' : `it holds no backup '${label}'`
  throw new WalgError('E_BACKUP_NOT_FOUND', `unable to find a backup in the stanza ${stanza.name}: ${why}`, {
    details: { stanza: stanza.name, label },
  })
}

function backupsOf(document: InfoDocument): readonly StanzaBackup[] {
  return [...document.section('backup:current')]
    .map(([label, value]): StanzaBackup => {
      const where = `${label} of ${document.key}`
      const known = validated(where, schema, requireMembers(where, value))
      return {
        label,
        type: known['backup-type'],
        startSeconds: known['backup-timestamp-start'],
        stopSeconds: known['backup-timestamp-stop'],
        archiveStart: known['backup-archive-start'],
        hasPageErrors: known['backup-error'],
      }
    })
    .sort((a, b) => a.stopSeconds - b.stopSeconds)
}
