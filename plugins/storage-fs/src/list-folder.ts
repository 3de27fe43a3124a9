import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListOptions, ListPage, ObjectInfo } from '@walg/sdk'
import { isTemporary } from './temporary-name.js'

const STATS_AT_ONCE = 32

interface Entry {
  /** Relative to the root; folders end with `/`. */
  readonly path: string
  readonly isFolder: boolean
}

/** One page of what lies below the root and starts with `prefix`, in the byte order of keys. */
export async function listPage(
  root: string,
  prefix: string,
  o: ListOptions,
  infoOf: (key: string, stats: BigIntStats) => ObjectInfo,
): Promise<ListPage> {
  const after = o.cursor ?? o.startAfter ?? ''
  const limit = o.limit ?? Number.POSITIVE_INFINITY
  const objects: ObjectInfo[] = []
  const folders: string[] = []
  let last = ''
  let batch: Entry[] = []
  const flush = async () => {
    const stats = await Promise.all(batch.map(({ path }) => statIfFile(join(root, path))))
    stats.forEach((stat, index) => {
      const entry = batch[index]
      if (stat && entry) objects.push(infoOf(entry.path, stat))
    })
    batch = []
  }

  for await (const entry of walk(root, prefix, after, o)) {
    if (objects.length + folders.length + batch.length >= limit) {
      await flush()
      if (objects.length + folders.length >= limit) return { objects, folders, nextCursor: last }
    }
    last = entry.path
    if (entry.isFolder) folders.push(entry.path)
    else batch.push(entry)
    if (batch.length >= STATS_AT_ONCE) await flush()
  }
  await flush()
  return { objects, folders }
}

async function* walk(root: string, prefix: string, after: string, o: ListOptions): AsyncGenerator<Entry> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  yield* walkFolder(root, folder, prefix, after, o)
}

async function* walkFolder(
  root: string,
  folder: string,
  prefix: string,
  after: string,
  o: ListOptions,
): AsyncGenerator<Entry> {
  o.signal.throwIfAborted()
  for (const entry of await entriesOf(root, folder)) {
    const { path, isFolder } = entry
    const isWanted = path.startsWith(prefix) || (isFolder && prefix.startsWith(path))
    if (!isWanted) continue
    if (!isFolder) {
      if (isAfter(path, after)) yield entry
      continue
    }
    // A folder is passed over once everything in it comes before the place to go on from.
    if (!isAfter(path, after) && !after.startsWith(path)) continue
    if (o.delimiter === undefined) yield* walkFolder(root, path, prefix, after, o)
    else if (isAfter(path, after) && !after.startsWith(path)) yield entry
  }
}

/** Entries of one folder in the order of their keys, in which a folder's name counts with its slash. */
async function entriesOf(root: string, folder: string): Promise<readonly Entry[]> {
  let names: Awaited<ReturnType<typeof readNames>>
  try {
    names = await readNames(join(root, folder))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (folder !== '' && (code === 'ENOENT' || code === 'ENOTDIR')) {
      // An unknown folder is empty, as long as the root itself is there.
      await readNames(root)
      return []
    }
    throw error
  }
  return names
    .filter(({ name, isFolder }) => isFolder || !isTemporary(name))
    .map(({ name, isFolder }) => ({ path: `${folder}${name}${isFolder ? '/' : ''}`, isFolder }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

async function readNames(path: string) {
  const entries = await readdir(path, { withFileTypes: true })
  return await Promise.all(
    entries.map(async (entry) => ({
      name: entry.name,
      isFolder:
        entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(join(path, entry.name)))),
    })),
  )
}

async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

async function statIfFile(path: string): Promise<BigIntStats | undefined> {
  try {
    const stats = await stat(path, { bigint: true })
    return stats.isFile() ? stats : undefined
  } catch (error) {
    // Deleted since the folder was read.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isAfter(path: string, after: string): boolean {
  return after === '' || Buffer.compare(Buffer.from(path), Buffer.from(after)) > 0
}
