import { randomBytes } from 'node:crypto'
import { type Operation, type Storage, WalgError } from '@walg/sdk'
import { toolPath } from './tool-path.js'
import { inStorages, TOOL_FLAGS } from './tool-storages.js'

export const stCheckRead: Operation = {
  id: 'st check read',
  summary: 'Check that the storage can be read, and that these objects are there',
  args: [{ name: 'names', summary: 'objects or folders', required: false, variadic: true }],
  flags: TOOL_FLAGS,
  run: (ctx, input) =>
    inStorages(ctx, input, async (storage) => {
      await storage.listFolder('', ctx)
      const missing: string[] = []
      for (const name of input.rest ?? []) {
        if (!(await isThere(storage, toolPath(name), ctx.signal))) missing.push(name)
      }
      if (missing.length > 0) {
        throw new WalgError(
          'E_STORAGE_NOT_FOUND',
          `unable to read everything: files are missing: ${missing.join(', ')}`,
          {
            details: { missing },
          },
        )
      }
      ctx.log.info('Read check OK')
      return {}
    }),
}

async function isThere(storage: Storage, path: string, signal: AbortSignal): Promise<boolean> {
  if (path === '' || (await storage.exists(path, { signal }))) return true
  const { objects, folders } = await storage.listFolder(path, { signal })
  return objects.length + folders.length > 0
}

export const stCheckWrite: Operation = {
  id: 'st check write',
  summary:
    'Check that the storage can be written: store a small object under a random name, read and delete it',
  args: [],
  flags: TOOL_FLAGS,
  run: (ctx, input) =>
    inStorages(ctx, input, async (storage) => {
      const key = randomBytes(16).toString('hex')
      const content = Buffer.from('test')
      try {
        await storage.write(key, [content], ctx)
        if (!content.equals(await storage.readAll(key, ctx))) {
          throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to read ${key} as it was written`, {
            details: { key },
          })
        }
      } finally {
        await storage.deleteMany([key], ctx)
      }
      ctx.log.info('Write check OK')
      return {}
    }),
}
