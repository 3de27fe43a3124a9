import type { MultipartDriver, ObjectInfo, StorageDriver } from '@walg/sdk'

/** A driver seen from a folder of its storage: a check believes to have it alone. */
export function inFolder(driver: StorageDriver, folder: string): StorageDriver {
  const full = (key: string) => `${folder}/${key}`
  // What lies elsewhere keeps its name, so that a driver which shows it is found out.
  const short = (key: string) => (key.startsWith(`${folder}/`) ? key.slice(folder.length + 1) : key)
  const shortInfo = (info: ObjectInfo): ObjectInfo => ({ ...info, key: short(info.key) })
  const { multipart } = driver
  return {
    capabilities: driver.capabilities,
    head: async (key, o) => shortInfo(await driver.head(full(key), o)),
    async get(key, o) {
      const { info, body } = await driver.get(full(key), o)
      return { info: shortInfo(info), body }
    },
    put: async (key, body, o) => shortInfo(await driver.put(full(key), body, o)),
    async list(prefix, { startAfter, ...o }) {
      const page = await driver.list(full(prefix), {
        ...o,
        ...(startAfter !== undefined && { startAfter: full(startAfter) }),
      })
      return { ...page, objects: page.objects.map(shortInfo), folders: page.folders.map(short) }
    },
    async delete(keys, o) {
      const outcomes = await driver.delete(keys.map(full), o)
      return outcomes.map((outcome) => ({ ...outcome, key: short(outcome.key) }))
    },
    ...(multipart && { multipart: multipartInFolder(multipart, full, short) }),
    ...(driver.putStream && {
      putStream: async (key, body, o) => shortInfo(await driver.putStream!(full(key), body, o)),
    }),
    ...(driver.copy && {
      copy: async (from, to, o) => shortInfo(await driver.copy!(full(from), full(to), o)),
    }),
    close: () => driver.close(),
  }
}

function multipartInFolder(
  multipart: MultipartDriver,
  full: (key: string) => string,
  short: (key: string) => string,
): MultipartDriver {
  return {
    async begin(key, o) {
      const upload = await multipart.begin(full(key), o)
      return { ...upload, key: short(upload.key) }
    },
    uploadPart: (upload, number, body, o) =>
      multipart.uploadPart({ ...upload, key: full(upload.key) }, number, body, o),
    async complete(upload, parts, o) {
      const info = await multipart.complete({ ...upload, key: full(upload.key) }, parts, o)
      return { ...info, key: short(info.key) }
    },
    abort: (upload, o) => multipart.abort({ ...upload, key: full(upload.key) }, o),
  }
}
