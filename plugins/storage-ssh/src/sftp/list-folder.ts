import type { ListOptions, ListPage, ObjectInfo } from '@walg/sdk'
import type { Attributes, FileEntryWithStats, Stats } from 'ssh2'
import { isTemporary } from '../temporary-name.js'
import { statIfThere } from './remote-file.js'
import type { SftpSession } from './sftp-session.js'
import { isStatus, SFTP } from './ssh-errors.js'

/** Folders that are read at once, ahead of the one that is listed. */
const FOLDERS_AHEAD = 8

type Entry =
  | { readonly path: string; readonly isFolder: true }
  | { readonly path: string; readonly isFolder: false; readonly attributes: Attributes }

/** What a walk needs to know. */
interface Walk {
  readonly session: SftpSession
  readonly root: string
  readonly prefix: string
  readonly after: string
  readonly o: ListOptions
}

/** One page of what lies below the root and starts with `prefix`, in the byte order of keys. */
export async function listPage(
  session: SftpSession,
  root: string,
  prefix: string,
  o: ListOptions,
  infoOf: (key: string, attributes: Attributes) => ObjectInfo,
): Promise<ListPage> {
  const walk = { session, root, prefix, after: o.cursor ?? o.startAfter ?? '', o }
  const limit = o.limit ?? Number.POSITIVE_INFINITY
  const objects: ObjectInfo[] = []
  const folders: string[] = []
  let last = ''
  for await (const entry of walkFolder(walk, prefix.slice(0, prefix.lastIndexOf('/') + 1))) {
    if (objects.length + folders.length >= limit) return { objects, folders, nextCursor: last }
    last = entry.path
    if (entry.isFolder) folders.push(entry.path)
    else objects.push(infoOf(entry.path, entry.attributes))
  }
  return { objects, folders }
}

async function* walkFolder(
  walk: Walk,
  folder: string,
  entries = entriesOf(walk, folder),
): AsyncGenerator<Entry> {
  const { prefix, after, o } = walk
  const wanted = (await entries).filter(({ path, isFolder }) => {
    if (!isFolder) return path.startsWith(prefix) && isAfter(path, after)
    if (!path.startsWith(prefix) && !prefix.startsWith(path)) return false
    // A folder is passed over once everything in it comes before the place to go on from.
    return o.delimiter === undefined
      ? isAfter(path, after) || after.startsWith(path)
      : isAfter(path, after) && !after.startsWith(path)
  })
  for await (const { entry, inside } of readAhead(walk, wanted)) {
    if (!entry.isFolder) yield entry
    else if (o.delimiter === undefined) yield* walkFolder(walk, entry.path, inside)
    else if (await holdsSomething(walk, entry.path, inside)) yield entry
  }
}

/** The same entries, each folder with its own entries, which are being read already. */
async function* readAhead(walk: Walk, entries: readonly Entry[]) {
  const folders = entries.filter(({ isFolder }) => isFolder).values()
  const reading = new Map<string, Promise<readonly Entry[]>>()
  const start = () => {
    const { value } = folders.next()
    if (!value) return
    const inside = entriesOf(walk, value.path)
    // Reported where it is awaited, which it may never be.
    inside.catch(() => undefined)
    reading.set(value.path, inside)
  }
  for (let at = 0; at < FOLDERS_AHEAD; at++) start()
  for (const entry of entries) {
    const inside = reading.get(entry.path)
    if (inside) {
      reading.delete(entry.path)
      start()
    }
    yield { entry, inside }
  }
}

/** Entries of one folder in the order of their keys, in which a folder's name counts with its slash. */
async function entriesOf(walk: Walk, folder: string): Promise<readonly Entry[]> {
  const { session, root, o } = walk
  let found: readonly FileEntryWithStats[]
  try {
    found = await session.call<FileEntryWithStats[]>(o.signal, (sftp, done) =>
      sftp.readdir(`${root}/${folder}`, done),
    )
  } catch (error) {
    if (folder === '' || !isStatus(error, SFTP.NO_SUCH_FILE)) throw error
    // An unknown folder is empty, as long as the root itself is there.
    await session.call<Stats>(o.signal, (sftp, done) => sftp.stat(root, done))
    return []
  }
  const entries: Entry[] = []
  for (const { filename, attrs } of found) {
    const path = `${folder}${filename}`
    const target = attrs.isSymbolicLink() ? await statIfThere(session, `${root}/${path}`, o.signal) : attrs
    if (target?.isDirectory()) entries.push({ path: `${path}/`, isFolder: true })
    else if (target?.isFile() && !isTemporary(filename)) {
      entries.push({ path, isFolder: false, attributes: target })
    }
  }
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

/** Object storages have no empty folders. Those that WAL-G leaves when it deletes are not listed. */
async function holdsSomething(
  walk: Walk,
  folder: string,
  entries = entriesOf(walk, folder),
): Promise<boolean> {
  for (const entry of await entries) {
    if (!entry.isFolder || (await holdsSomething(walk, entry.path))) return true
  }
  return false
}

function isAfter(path: string, after: string): boolean {
  return after === '' || Buffer.compare(Buffer.from(path), Buffer.from(after)) > 0
}
