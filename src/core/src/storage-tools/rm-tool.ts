import { type CallOptions, type Operation, type OperationInput, type Storage, WalgError } from '@walg/sdk'
import { glob } from './glob.js'
import { toolPath } from './tool-path.js'
import { inStorages, TOOL_FLAGS } from './tool-storages.js'

/** Keys that are gathered before they are deleted: memory stays small, and batches full. */
const AT_ONCE = 10_000

export const stRm: Operation = {
  id: 'st rm',
  summary: 'Delete an object, or all objects below a folder',
  args: [{ name: 'prefix', summary: 'object or folder, from the root of the storage', required: true }],
  flags: {
    ...TOOL_FLAGS,
    'all-versions': { kind: 'bool', summary: 'delete all versions and delete markers, for good' },
    'version-id': { kind: 'string', summary: 'delete this version of the object, for good' },
  },
  run: (ctx, input) => {
    const how = howToDelete(input)
    return inStorages(ctx, input, async (storage) => {
      const path = input.args['prefix'] ?? ''
      if (input.flags['glob'] !== true) {
        return { json: [{ storage: storage.name, deleted: await remove(storage, path, how, ctx) }] }
      }
      const { objects, folders } = await glob(storage, path, ctx)
      let deleted = 0
      for (const key of objects) deleted += await remove(storage, key, how, ctx)
      for (const folder of folders) deleted += await remove(storage, `${folder}/`, how, ctx)
      return { json: [{ storage: storage.name, deleted }] }
    })
  },
}

interface HowToDelete {
  readonly allVersions: boolean
  readonly versionId: string | undefined
}

function howToDelete({ flags }: OperationInput): HowToDelete {
  const allVersions = flags['all-versions'] === true
  const versionId = flags['version-id'] === undefined ? undefined : String(flags['version-id'])
  if (versionId !== undefined && allVersions) {
    throw new WalgError('E_USAGE', 'unable to use --version-id with --all-versions')
  }
  if (versionId !== undefined && flags['glob'] === true) {
    throw new WalgError('E_USAGE', 'unable to use --version-id with --glob')
  }
  return { allVersions, versionId }
}

/** Deletes the object of this very name, else everything below the folder. Gives the number of what is gone. */
async function remove(storage: Storage, path: string, how: HowToDelete, o: CallOptions): Promise<number> {
  const key = toolPath(path)
  const isFolder = path === '' || path.endsWith('/') || key === ''
  const deleted =
    how.allVersions && storage.keepsVersions
      ? await removeVersions(storage, key, isFolder, o)
      : !isFolder && (await isObject(storage, key, how, o))
        ? await removeObject(storage, key, how, o)
        : await removeFolder(storage, key, o)
  if (deleted > 0) return deleted
  throw new WalgError('E_STORAGE_NOT_FOUND', `unable to delete '${path}': no such object or folder`, {
    details: { path },
  })
}

/** A version can be deleted of an object that has no newest one any more. */
async function isObject(storage: Storage, key: string, how: HowToDelete, o: CallOptions): Promise<boolean> {
  return (how.versionId !== undefined && storage.keepsVersions) || (await storage.exists(key, o))
}

async function removeObject(
  storage: Storage,
  key: string,
  { versionId }: HowToDelete,
  o: CallOptions,
): Promise<number> {
  if (versionId !== undefined && storage.keepsVersions) await storage.deleteVersions([{ key, versionId }], o)
  else await storage.deleteMany([key], o)
  return 1
}

async function removeFolder(storage: Storage, folder: string, o: CallOptions): Promise<number> {
  let deleted = 0
  let keys: string[] = []
  const flush = async () => {
    await storage.deleteMany(keys, o)
    deleted += keys.length
    keys = []
  }
  for await (const { key } of storage.list(folder === '' ? '' : `${folder}/`, o)) {
    keys.push(key)
    if (keys.length === AT_ONCE) await flush()
  }
  if (keys.length > 0) await flush()
  return deleted
}

async function removeVersions(
  storage: Storage,
  key: string,
  isFolder: boolean,
  o: CallOptions,
): Promise<number> {
  const prefix = key === '' ? '' : `${key}/`
  const ofObject: { readonly key: string; readonly versionId: string }[] = []
  const below: { readonly key: string; readonly versionId: string }[] = []
  for await (const { key: found, versionId } of storage.listVersions(isFolder ? prefix : key, o)) {
    if (!isFolder && found === key) ofObject.push({ key: found, versionId })
    else if (found.startsWith(prefix)) below.push({ key: found, versionId })
  }
  const versions = ofObject.length > 0 ? ofObject : below
  await storage.deleteVersions(versions, o)
  return versions.length
}
