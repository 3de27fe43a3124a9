import type { GetOptions, ListOptions, PutOptions, StorageDriver } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import { MemoryDriver, type StorageCheck, storageKit } from '@walg/testkit'
import { describe, expect, test } from 'vitest'

/** A good driver, with some of its calls replaced by bad ones. */
function spoilt(bad: (good: MemoryDriver) => Partial<StorageDriver>): StorageDriver {
  const good = new MemoryDriver()
  const own = bad(good)
  return {
    capabilities: good.capabilities,
    head: own.head ?? good.head.bind(good),
    get: own.get ?? good.get.bind(good),
    put: own.put ?? good.put.bind(good),
    list: own.list ?? good.list.bind(good),
    delete: own.delete ?? good.delete.bind(good),
    close: async () => undefined,
    ...(own.putStream && { putStream: own.putStream }),
    ...(own.copy && { copy: own.copy }),
    multipart: own.multipart ?? good.multipart!,
  }
}

async function all(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

const KNOWN_BAD: Readonly<Record<string, (good: MemoryDriver) => Partial<StorageDriver>>> = {
  'a stored object reads back byte for byte, whatever its size': (good) => ({
    put: (key, body, o) =>
      good.put(key, body.length ? [Buffer.concat(body).subarray(0, 1_048_576)] : body, o),
  }),
  'a body in several buffers is stored in their order': (good) => ({
    put: (key, body, o) => good.put(key, body.slice(0, 1), o),
  }),
  'a second put takes the place of the first, also with a shorter body': (good) => {
    const seen = new Map<string, Buffer>()
    return {
      put: async (key: string, body: readonly Uint8Array[], o: PutOptions) => {
        const next = Buffer.concat(body)
        const rest = seen.get(key)?.subarray(next.length) ?? Buffer.alloc(0)
        const whole = Buffer.concat([next, rest])
        seen.set(key, whole)
        return await good.put(key, [whole], o)
      },
    }
  },
  'the buffers of a body are left as they were': (good) => ({
    async put(key, body, o) {
      const info = await good.put(key, body, o)
      for (const buffer of body) buffer.fill(0)
      return info
    },
  }),
  'the etag changes with the content': (good) => ({
    put: async (key, body, o) => ({ ...(await good.put(key, body, o)), etag: 'always' }),
  }),
  'unusual names are kept as they are': (good) => ({
    put: (key, body, o) => good.put(decodeURIComponent(key.replace(/%(?![0-9a-f]{2})/gi, '%25')), body, o),
  }),
  'a put that is aborted before it begins leaves nothing': (good) => ({
    put: (key, body) => good.put(key, body, { signal: new AbortController().signal }),
  }),
  'what was never stored is not found': () => ({
    get: async () => {
      throw new WalgError('E_STORAGE_PERMISSION', 'unable to read: permission denied')
    },
  }),
  'a folder of objects is no object': (good) => ({
    async head(key, o) {
      const { objects } = await good.list(key, o)
      if (objects[0]) return objects[0]
      return await good.head(key, o)
    },
  }),
  'head and get tell the same size and etag': (good) => ({
    head: async (key, o) => ({ ...(await good.head(key, o)), size: 0 }),
  }),
  'a chunk belongs to its receiver: changing it changes nothing else': (good) => {
    const shared = new Map<string, Buffer>()
    return {
      async put(key, body, o) {
        shared.set(key, Buffer.concat(body))
        return await good.put(key, body, o)
      },
      get: async (key: string, o: GetOptions) => ({
        ...(await good.get(key, o)),
        body: once(shared.get(key) ?? new Uint8Array()),
      }),
    }
  },
  'a range gives its bytes, to the end where it reaches beyond': (good) => ({
    get: (key, { range: _range, ...o }) => good.get(key, o),
  }),
  'the info of a range is that of the whole object': (good) => ({
    async get(key, o) {
      const { info, body } = await good.get(key, o)
      return { info: { ...info, size: o.range?.length ?? info.size }, body }
    },
  }),
  'get with an old etag is refused': (good) => ({
    get: (key, { ifMatch: _ifMatch, ...o }) => good.get(key, o),
  }),
  'a body stops with the reason of the signal when it is aborted': (good) => ({
    async get(key, { signal: _signal, ...o }) {
      return await good.get(key, { ...o, signal: new AbortController().signal })
    },
  }),
  'a list without delimiter holds every key below the prefix, and nothing else': (good) => ({
    list: (_prefix, o) => good.list('', o),
  }),
  'a prefix may end in the middle of a name': (good) => ({
    list: (prefix, o) => good.list(prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`, o),
  }),
  'a delimiter folds what lies deeper into folders that end with /': (good) => ({
    list: (prefix, { delimiter: _delimiter, ...o }) => good.list(prefix, o),
  }),
  'keys come in the order of their bytes': (good) => ({
    async list(prefix: string, o: ListOptions) {
      const page = await good.list(prefix, o)
      return { ...page, objects: [...page.objects].sort((a, b) => a.key.localeCompare(b.key)) }
    },
  }),
  'small pages give the same as one, each key once': (good) => ({
    async list(prefix, o) {
      const page = await good.list(prefix, o)
      // Loses a key at every border of pages.
      return o.cursor === undefined ? page : { ...page, objects: page.objects.slice(1) }
    },
  }),
  'startAfter leaves out the keys up to it': (good) => ({
    list: (prefix, { startAfter: _startAfter, ...o }) => good.list(prefix, o),
  }),
  'an unknown prefix is an empty list': (good) => ({
    async list(prefix, o) {
      const page = await good.list(prefix, o)
      if (page.objects.length > 0) return page
      throw new WalgError('E_STORAGE_NOT_FOUND', 'unable to list: no such folder')
    },
  }),
  'sizes in a list are those of the objects': (good) => ({
    async list(prefix, o) {
      const page = await good.list(prefix, o)
      return { ...page, objects: page.objects.map((info) => ({ ...info, size: 0 })) }
    },
  }),
  'an object is listed once its put has settled, and no longer once its delete has': () => ({
    list: async () => ({ objects: [], folders: [] }),
  }),
  'what is deleted is gone, its neighbours stay': (good) => ({
    async delete(keys, o) {
      const { objects } = await good.list(keys[0] ?? '', o)
      await good.delete(
        objects.map(({ key }) => key),
        o,
      )
      return keys.map((key) => ({ key, deleted: true }))
    },
  }),
  'a missing key counts as deleted': (good) => ({
    async delete(keys, o) {
      const known = new Set(good.keys)
      await good.delete(keys, o)
      return keys.map((key) =>
        known.has(key) ? { key, deleted: true } : { key, deleted: false, error: new Error('missing') },
      )
    },
  }),
  'a batch gives an outcome for each of its keys, in their order': (good) => ({
    async delete(keys, o) {
      return (await good.delete(keys, o)).slice(0, 10)
    },
  }),
  'deleting a folder name deletes nothing below it': (good) => ({
    async delete(keys, o) {
      for (const key of keys) {
        const { objects } = await good.list(`${key}/`, o)
        await good.delete([key, ...objects.map((info) => info.key)], o)
      }
      return keys.map((key) => ({ key, deleted: true }))
    },
  }),
  'ifAbsent stores what is not there': (good) => ({
    async put(key, body, o) {
      if (o.ifAbsent) throw new WalgError('E_STORAGE_EXISTS', 'unable to write: it exists')
      return await good.put(key, body, o)
    },
  }),
  'ifAbsent leaves what is there as it is': (good) => ({
    put: (key, body, { ifAbsent: _ifAbsent, ...o }) => good.put(key, body, o),
  }),
  'of several puts with ifAbsent at once one wins, and its object stays': (good) => ({
    async put(key: string, body: readonly Uint8Array[], { ifAbsent, ...o }: PutOptions) {
      // Looks, then writes: two steps.
      if (ifAbsent && good.keys.includes(key)) throw new WalgError('E_STORAGE_EXISTS', 'unable to write')
      await new Promise((resolve) => setTimeout(resolve, 1))
      return await good.put(key, body, o)
    },
  }),
  'ifMatch replaces the version that it names, and no other': (good) => ({
    put: (key, body, { ifMatch: _ifMatch, ...o }) => good.put(key, body, o),
  }),
  'a stream is stored whole, whatever the length of its chunks': (good) => ({
    async putStream(key, body, o) {
      for await (const chunk of body) return await good.put(key, [chunk], o)
      return await good.put(key, [], o)
    },
  }),
  'a stream that fails leaves nothing, and its own error comes out': (good) => ({
    async putStream(key, body, o) {
      try {
        return await good.put(key, [await all(body)], o)
      } catch (error) {
        throw new WalgError('E_STORAGE_UNAVAILABLE', 'unable to write', { cause: error })
      }
    },
  }),
  'a stream that is aborted half way leaves nothing': (good) => ({
    async putStream(key, body, o) {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) {
        chunks.push(chunk)
        if (o.signal.aborted) await good.put(key, chunks, { signal: new AbortController().signal })
        o.signal.throwIfAborted()
      }
      return await good.put(key, chunks, o)
    },
  }),
  'an object is not seen while its stream is still coming': (good) => ({
    async putStream(key, body, o) {
      await good.put(key, [], o)
      return await good.put(key, [await all(body)], o)
    },
  }),
  'parts become one object in the order of their numbers, in whatever order they were sent': (good) => {
    const sent: Uint8Array[] = []
    return {
      multipart: {
        ...good.multipart!,
        async uploadPart(upload, number, body, o) {
          sent.push(Buffer.concat(body))
          return await good.multipart!.uploadPart(upload, number, body, o)
        },
        complete: (upload, _parts, o) => good.put(upload.key, sent, o),
      },
    }
  },
  'nothing is seen before the upload is complete': (good) => ({
    multipart: {
      ...good.multipart!,
      async begin(key, o) {
        await good.put(key, [], o)
        return await good.multipart!.begin(key, o)
      },
    },
  }),
  'an aborted upload leaves no object; aborting it again is fine': (good) => {
    const aborted = new Set<string>()
    return {
      multipart: {
        ...good.multipart!,
        async abort(upload) {
          if (aborted.has(upload.id)) throw new WalgError('E_STORAGE_NOT_FOUND', 'unable to abort')
          aborted.add(upload.id)
        },
      },
    }
  },
  'a copy has the same bytes, and the original stays': (good) => ({
    async copy(from, to, o) {
      const { body } = await good.get(from, o)
      const info = await good.put(to, [await all(body)], o)
      await good.delete([from], o)
      return info
    },
  }),
  'what is absent cannot be copied': (good) => ({
    copy: (_from, to, o) => good.put(to, [], o),
  }),
}

const signal = new AbortController().signal

test.each(storageKit.map((check) => [check.name, check] as const))(
  'a good driver passes: %s',
  async (_name, check) => {
    await check.run({ driver: new MemoryDriver(), signal })
  },
)

describe('a bad driver is caught', () => {
  test.each(storageKit.map((check) => [check.name, check] as const))(
    '%s',
    async (name, check: StorageCheck) => {
      const bad = KNOWN_BAD[name]
      expect(bad, 'every check has a driver that it catches').toBeDefined()

      await expect(check.run({ driver: spoilt(bad!), signal })).rejects.toThrow()
    },
  )
})

test('names of checks are unique', () => {
  const names = storageKit.map(({ name }) => name)

  expect(new Set(names).size).toBe(names.length)
})
