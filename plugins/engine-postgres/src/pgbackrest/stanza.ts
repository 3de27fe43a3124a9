import { isWalgError, type OperationContext, type Storage, WalgError } from '@walg/sdk'
import { pgSettings } from '../settings.js'
import { type InfoDocument, parseInfo } from './info-document.js'

/** What a pgBackRest repository holds of one cluster. */
export interface Stanza {
  readonly name: string
  readonly backups: Storage
  readonly archive: Storage
}

/** The stanza that PGBACKREST_STANZA names, in the primary storage. It need not be there. Rejects with `E_SETTING_INVALID`. */
export async function openStanza(ctx: OperationContext): Promise<Stanza> {
  const name = ctx.settings.get(pgSettings, 'PGBACKREST_STANZA')
  if (!/^(?!\.{1,2}$)[^/\0]+$/.test(name)) {
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to use PGBACKREST_STANZA: '${name}' is no name of a stanza`,
    )
  }
  const storage = await ctx.storage()
  return { name, backups: storage.sub(`backup/${name}`), archive: storage.sub(`archive/${name}`) }
}

/**
 * Reads a document of pgBackRest, or its copy where the document itself is missing or damaged, as pgBackRest does. Undefined when the
 * storage has answered that it holds neither.
 */
export async function readDocument(
  ctx: OperationContext,
  folder: Storage,
  key: string,
): Promise<InfoDocument | undefined> {
  let damage: unknown
  for (const candidate of [key, `${key}.copy`]) {
    try {
      return parseInfo(candidate, await folder.readAll(candidate, { signal: ctx.signal }))
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) continue
      if (!isWalgError(error, 'E_BACKUP_INVALID') && !isWalgError(error, 'E_INTEGRITY_CHECKSUM')) throw error
      damage ??= error
    }
  }
  if (damage !== undefined) throw damage
  return undefined
}

/** The same; rejects with `E_STORAGE_NOT_FOUND` when there is none. `path` is that of the document, for the message. */
export async function requireDocument(
  ctx: OperationContext,
  folder: Storage,
  key: string,
  path: string,
): Promise<InfoDocument> {
  const document = await readDocument(ctx, folder, key)
  if (document) return document
  throw new WalgError(
    'E_STORAGE_NOT_FOUND',
    `unable to read ${path}: no such object; check the prefix of the storage and PGBACKREST_STANZA`,
    { details: { path } },
  )
}
