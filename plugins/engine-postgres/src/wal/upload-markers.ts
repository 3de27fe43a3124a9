import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { isWalgError, type OperationContext, type Storage } from '@walg/sdk'
import { pgSettings } from '../settings.js'

/**
 * Remembers, beside the WAL, which files the background uploader has archived already. WAL-G's own markers are empty
 * files; ours name the stored object, so that it can be looked for before it is believed.
 */
export class UploadMarkers {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Marker of a file: its name without the last ending, as WAL-G has it. */
  #path(name: string): string {
    return join(this.folder, basename(name, extname(name)))
  }

  async add(name: string, objectKey: string): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    await writeFile(this.#path(name), JSON.stringify({ name, objectKey }))
  }

  async has(name: string): Promise<boolean> {
    return await isThere(this.#path(name))
  }

  /** Takes the marker away; true when it proves that the file is archived. */
  async take(ctx: OperationContext, archive: Storage, name: string): Promise<boolean> {
    const path = this.#path(name)
    let content: string
    try {
      content = await readFile(path, 'utf8')
    } catch {
      return false
    }
    const proven = content === '' || (await this.#isArchived(ctx, archive, name, content))
    await rm(path, { force: true })
    return proven
  }

  async #isArchived(
    ctx: OperationContext,
    archive: Storage,
    name: string,
    content: string,
  ): Promise<boolean> {
    let marker: { readonly name?: unknown; readonly objectKey?: unknown }
    try {
      marker = JSON.parse(content)
    } catch {
      return false
    }
    if (marker.name !== name || typeof marker.objectKey !== 'string') return false
    try {
      await archive.stat(marker.objectKey, { signal: ctx.signal })
      return true
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return false
      throw error
    }
  }
}

/**
 * The marker folder of the cluster that a file belongs to; undefined when that cannot be told. WAL-G then uses the
 * folder for temporary files, where two clusters see each other's markers and segments get lost: walg does not.
 */
export async function openUploadMarkers(
  ctx: OperationContext,
  walPath: string,
): Promise<UploadMarkers | undefined> {
  const dataDirectory = ctx.settings.get(pgSettings, 'PGDATA')
  const candidates = dataDirectory ? [join(dataDirectory, 'pg_wal'), join(dataDirectory, 'pg_xlog')] : []
  const own = dirname(walPath)
  if (basename(own) === 'pg_wal' || basename(own) === 'pg_xlog') candidates.push(own)
  for (const folder of candidates) {
    if (await isThere(folder)) return new UploadMarkers(join(folder, 'walg_data', 'walg_archive_status'))
  }
  return undefined
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
