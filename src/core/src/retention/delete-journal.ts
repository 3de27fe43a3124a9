import type { OperationContext, Storage } from '@walg/sdk'
import { BACKUP_FOLDER } from '../catalog/backup-keys.js'
import { readJson } from '../json/read-json.js'

/**
 * Names the backups that are being deleted, from before their sentinels go until the last of their objects has gone. Without it what a
 * killed run has left could not be told from a backup in progress. WAL-G takes no notice of it.
 */
export const JOURNAL_KEY = `${BACKUP_FOLDER}/walg_deleting.json`

/** The names in a journal; none when it cannot be read, as then its backups are what they seem to be: unfinished. */
export async function readJournal(storage: Storage, signal: AbortSignal): Promise<readonly string[]> {
  const bytes = await storage.readAll(JOURNAL_KEY, { signal })
  let document: unknown
  try {
    document = readJson(new TextDecoder().decode(bytes))
  } catch {
    return []
  }
  const names = (document as { readonly backups?: unknown } | null)?.backups
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

/** Whether it is there now. A storage that takes no new objects can be deleted from all the same. */
export async function writeJournal(
  { signal, log }: Pick<OperationContext, 'signal' | 'log'>,
  storage: Storage,
  names: readonly string[],
): Promise<boolean> {
  try {
    await storage.write(JOURNAL_KEY, [Buffer.from(`${JSON.stringify({ backups: names })}\n`)], { signal })
    return true
  } catch (error) {
    signal.throwIfAborted()
    const why = error instanceof Error ? error.message : String(error)
    log.warn(`what a killed run leaves of backups will stay until it is old: ${why}`)
    return false
  }
}
