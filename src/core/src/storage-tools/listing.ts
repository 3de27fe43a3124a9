import type { CallOptions, ObjectInfo, ObjectVersion, Operation, OperationResult, Storage } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import { storageSettings } from '../operation/configured-storages.js'
import { tabbed } from '../text/tab-writer.js'
import { glob } from './glob.js'
import { toolKey, toolPath } from './tool-path.js'
import { inStorages, TOOL_FLAGS } from './tool-storages.js'

const HEADER = ['type', 'size', 'last modified', 'name']
/** What Go prints for no time. */
const NO_TIME = '0001-01-01 00:00:00 +0000 UTC'

interface ListingOptions extends CallOptions {
  readonly isRecursive: boolean
  readonly allVersions: boolean
  /** The root of the storage is itself a folder below its prefix. */
  readonly isBelowPrefix: boolean
}

/** One line of a listing. */
interface Entry {
  readonly type: 'obj' | 'dir'
  readonly name: string
  readonly size: number
  readonly info?: ObjectInfo
  readonly version?: ObjectVersion
}

export const stLs: Operation = {
  id: 'st ls',
  summary: 'List objects and folders of the storage',
  args: [{ name: 'path', summary: 'folder, from the root of the storage', required: false }],
  flags: {
    ...TOOL_FLAGS,
    recursive: { kind: 'bool', char: 'r', summary: 'list everything below, objects only' },
    'all-versions': { kind: 'bool', summary: 'list all versions and delete markers too' },
  },
  run: (ctx, input) =>
    inStorages(ctx, input, async (storage) => {
      const { args, flags } = input
      const how = {
        signal: ctx.signal,
        isRecursive: flags['recursive'] === true,
        allVersions: flags['all-versions'] === true,
        isBelowPrefix: toolPath(ctx.settings.get(storageSettings, 'WALG_STORAGE_PREFIX') ?? '') !== '',
      }
      const path = args['path'] ?? ''
      if (flags['glob'] !== true) return listed(await entriesOf(storage, toolPath(path), how))
      const { folders } = await glob(storage, path, ctx)
      const listings: { readonly folder: string; readonly entries: readonly Entry[] }[] = []
      for (const folder of folders) listings.push({ folder, entries: await entriesOf(storage, folder, how) })
      return {
        text: listings.map(({ folder, entries }) => `${folder}:\n${textOf(entries)}\n`).join(''),
        json: listings.map(({ folder, entries }) => ({ folder, entries: entries.map(jsonOf) })),
      }
    }),
}

export const stStat: Operation = {
  id: 'st stat',
  summary: 'Show what the storage knows of one object',
  args: [{ name: 'path', summary: 'object, from the root of the storage', required: true }],
  flags: TOOL_FLAGS,
  run: (ctx, input) =>
    inStorages(ctx, input, async (storage) => {
      if (input.flags['glob'] === true) throw new WalgError('E_USAGE', 'unable to use --glob with stat')
      const path = input.args['path'] ?? ''
      // A folder is no object.
      const key = path.endsWith('/') ? path : toolKey(path)
      const info = await storage.stat(key, ctx)
      return listed([entryOf(path, info)])
    }),
}

async function entriesOf(storage: Storage, folder: string, o: ListingOptions): Promise<readonly Entry[]> {
  if (o.allVersions && storage.keepsVersions) return await versionsIn(storage, folder, o)
  // WAL-G's names of what lies in folders below a folder that is not the root begin with a slash, where it works on files.
  const before = folder === '' && !o.isBelowPrefix ? '' : '/'
  const entries = await unversionedIn(storage, folder, before, o)
  if (entries.length === 0) await requireNoObject(storage, folder, o)
  return entries
}

async function unversionedIn(
  storage: Storage,
  folder: string,
  before: string,
  o: ListingOptions,
): Promise<readonly Entry[]> {
  const top = await storage.listFolder(folder, o)
  const entries = top.objects.map((info) => entryOf(info.key, info))
  if (!o.isRecursive) {
    return [
      ...top.folders.map((name): Entry => ({ type: 'dir', name: `${before}${name}/`, size: 0 })),
      ...entries,
    ]
  }
  // Folder by folder, those nearer to the root first.
  const waiting = [...top.folders]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const { objects, folders } = await storage.listFolder(joined(folder, path), o)
    for (const info of objects) entries.push(entryOf(`${before}${path}/${info.key}`, info))
    for (const name of folders) waiting.push(`${path}/${name}`)
  }
  return entries
}

const entryOf = (name: string, info: ObjectInfo): Entry => ({ type: 'obj', name, size: info.size, info })

const joined = (folder: string, name: string) =>
  folder === '' || name === '' ? folder + name : `${folder}/${name}`

/** A list of nothing is right for a folder that is not there, and misleading for an object. */
async function requireNoObject(storage: Storage, key: string, o: CallOptions): Promise<void> {
  if (key === '' || !(await storage.exists(key, o))) return
  throw new WalgError('E_ARGUMENT_INVALID', `unable to list '${key}': it is an object, not a folder`, {
    details: { key },
  })
}

async function versionsIn(storage: Storage, folder: string, o: ListingOptions): Promise<readonly Entry[]> {
  const prefix = folder === '' ? '' : `${folder}/`
  const folders = new Set<string>()
  const entries: Entry[] = []
  for await (const version of storage.listVersions(prefix, o)) {
    const name = version.key.slice(prefix.length)
    const slash = o.isRecursive ? -1 : name.indexOf('/')
    if (slash >= 0) folders.add(name.slice(0, slash + 1))
    else entries.push({ type: 'obj', name, size: version.size, info: version, version })
  }
  return [...[...folders].map((name): Entry => ({ type: 'dir', name, size: 0 })), ...entries]
}

function listed(entries: readonly Entry[]): OperationResult {
  return { text: textOf(entries), json: entries.map(jsonOf) }
}

function textOf(entries: readonly Entry[]): string {
  // A tabulator in a name makes two cells of it, in WAL-G as well.
  const lines = entries.map(({ type, name, size, info, version }) => [
    type,
    String(size),
    info ? timeOf(info) : NO_TIME,
    ...name.split('\t'),
    version?.versionId ?? '',
    version ? remarkOf(version) : '',
  ])
  return tabbed([HEADER, ...lines])
}

function remarkOf({ isLatest, isDeleteMarker }: ObjectVersion): string {
  return [isLatest ? 'LATEST' : '', isDeleteMarker ? 'DELETE' : ''].filter(Boolean).join(' ')
}

function jsonOf({ type, name, size, info, version }: Entry) {
  return {
    type,
    name,
    size,
    ...(info && { last_modified: info.modifiedAt.toISOString() }),
    ...(version && {
      version_id: version.versionId,
      is_latest: version.isLatest,
      is_delete_marker: version.isDeleteMarker,
    }),
  }
}

/** As Go prints a time of UTC: the fraction of a second as long as it needs to be. */
function timeOf({ modifiedAt, modifiedNs }: ObjectInfo): string {
  const ns = modifiedNs ?? BigInt(modifiedAt.getTime()) * 1_000_000n
  const second = 1_000_000_000n
  const rest = ((ns % second) + second) % second
  const whole = new Date(Number((ns - rest) / 1_000_000n)).toISOString()
  const fraction = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`
  return `${whole.slice(0, 10)} ${whole.slice(11, 19)}${fraction} +0000 UTC`
}
