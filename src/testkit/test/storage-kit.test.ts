import { setTimeout as sleep } from 'node:timers/promises'
import type { GetOptions, ListOptions, MultipartUpload, PutOptions, StorageDriver } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import { MemoryDriver, storageKit } from '@walg/testkit'
import { proveKit } from './support/known-bad.js'
import { streaming } from './support/streaming-driver.js'

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

const signal = new AbortController().signal

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
  'of several puts with ifMatch at once one wins, and its object stays': (good) => ({
    async put(key, body, { ifMatch, ...o }) {
      // Looks, then writes: two steps.
      if (ifMatch !== undefined && (await good.head(key, o)).etag !== ifMatch)
        throw new WalgError('E_STORAGE_PRECONDITION', 'unable to write: it has changed')
      await sleep(1)
      return await good.put(key, body, o)
    },
  }),
  'ifMatch of what is not there is refused, and stores nothing': (good) => ({
    put: (key, body, { ifMatch, ...o }) =>
      good.put(key, body, good.keys.includes(key) && ifMatch !== undefined ? { ...o, ifMatch } : o),
  }),
  'ifAbsent stores again what was deleted': (good) => {
    const known = new Set<string>()
    return {
      async put(key, body, o) {
        if (o.ifAbsent && known.has(key))
          throw new WalgError('E_STORAGE_EXISTS', 'unable to write: it exists')
        known.add(key)
        return await good.put(key, body, o)
      },
    }
  },
  'an empty stream is an empty object': (good) => ({
    async putStream(key, body, o) {
      const bytes = await all(body)
      return await good.put(key, [bytes.length > 0 ? bytes : Buffer.from('\n')], o)
    },
  }),
  'a stream with ifAbsent leaves what is there as it is': (good) => ({
    putStream: async (key, body, { ifAbsent: _ifAbsent, ...o }) => await good.put(key, [await all(body)], o),
  }),
  'a part that is sent again takes the place of the first': (good) => {
    const sent = new Set<number>()
    return {
      multipart: {
        ...good.multipart!,
        async uploadPart(upload, number, body, o) {
          if (sent.has(number)) return { number, etag: `part-${number}`, size: Buffer.concat(body).length }
          sent.add(number)
          return await good.multipart!.uploadPart(upload, number, body, o)
        },
      },
    }
  },
  'an upload completed with ifAbsent leaves what is there as it is': (good) => ({
    multipart: {
      ...good.multipart!,
      complete: (upload, parts, { ifAbsent: _ifAbsent, ...o }) => good.multipart!.complete(upload, parts, o),
    },
  }),
  'two uploads of one key know nothing of each other': (good) => {
    const byKey = new Map<string, MultipartUpload>()
    return {
      multipart: {
        ...good.multipart!,
        async begin(key, o) {
          const upload = byKey.get(key) ?? (await good.multipart!.begin(key, o))
          byKey.set(key, upload)
          return upload
        },
      },
    }
  },
  'a copy takes the place of what was there': (good) => ({
    async copy(from, to, o) {
      if (good.keys.includes(to)) return await good.head(to, o)
      return await good.put(to, [await all((await good.get(from, o)).body)], o)
    },
  }),
  'a batch of as many keys as the driver allows is deleted, missing ones among them': (good) => ({
    async delete(keys, o) {
      await good.delete(keys.slice(0, 500), o)
      return keys.map((key) => ({ key, deleted: true }))
    },
  }),
  'bodies that are not read to their end leave the driver as it was': (good) => {
    let connections = 50
    return {
      async get(key: string, o: GetOptions) {
        if (connections === 0) throw new WalgError('E_STORAGE_UNAVAILABLE', 'unable to read: no connection')
        connections--
        const { info, body } = await good.get(key, o)
        const counted = async function* () {
          yield* body
          // Only at the end, not when it is left.
          connections++
        }
        return { info, body: counted() }
      },
    }
  },
  'a body is of one version, also when the object is replaced meanwhile': (good) => ({
    async get(key: string, o: GetOptions) {
      const { info } = await good.get(key, o)
      const body = async function* () {
        for (let offset = 0; offset < info.size; offset += 65_536)
          yield* (await good.get(key, { ...o, range: { offset, length: 65_536 } })).body
      }
      return { info, body: body() }
    },
  }),
  'of many keys none is missing and none comes twice, in whole pages and in small ones': (good) => ({
    async list(prefix, o) {
      const page = await good.list(prefix, o)
      const { nextCursor: _nextCursor, ...last } = page
      return o.limit === undefined ? last : page
    },
  }),
  'a page holds no more than its limit, folders counted': (good) => ({
    async list(prefix, o) {
      const { folders } = await good.list(prefix, { ...o, limit: 1000 })
      return { ...(await good.list(prefix, o)), folders }
    },
  }),
  'there is no cursor behind the last page': (good) => ({
    async list(prefix, o) {
      const page = await good.list(prefix, o)
      return page.objects.length > 0 ? { nextCursor: page.objects.at(-1)!.key, ...page } : page
    },
  }),
  'pages go on where they were when what they showed is deleted': (good) => ({
    async list(prefix, { cursor, limit = 1000, ...o }) {
      // Counts keys, as if nobody else changed anything.
      const { objects } = await good.list(prefix, o)
      const start = Number(cursor ?? 0)
      const next = start + limit < objects.length ? { nextCursor: String(start + limit) } : {}
      return { objects: objects.slice(start, start + limit), folders: [], ...next }
    },
  }),
  'startAfter and limit go together, and startAfter need not be a key': (good) => ({
    async list(prefix, { startAfter, ...o }) {
      const isKey = startAfter !== undefined && good.keys.includes(startAfter)
      return await good.list(prefix, isKey ? { ...o, startAfter } : o)
    },
  }),
  'of several puts to one key at once one whole object stays': (good) => {
    const drafts = new Map<string, Uint8Array>()
    let turn = 0
    return {
      async put(key, body, o) {
        const bytes = Buffer.concat(body)
        // All of them write into one draft, and the first one is slowest.
        drafts.set(key, bytes.subarray(0, 1000))
        await sleep(50 - 5 * turn++)
        return await good.put(key, [drafts.get(key)!, bytes.subarray(1000)], o)
      },
    }
  },
  'puts to several keys at once do not disturb each other': (good) => {
    let latest: readonly Uint8Array[] = []
    return {
      async put(key, body, o) {
        latest = body
        await sleep(1)
        return await good.put(key, latest, o)
      },
    }
  },
  'an object that is being replaced is always there, and whole': (good) => ({
    async put(key, body, o) {
      await good.delete([key], o)
      await sleep(1)
      return await good.put(key, body, o)
    },
  }),
  'a call with a signal that is aborted already does nothing, and ends with the reason': (good) => ({
    delete: (keys) => good.delete(keys, { signal }),
  }),
  'a put that is aborted while it runs ends soon, and leaves all or nothing': (good) => ({
    async put(key, body, o) {
      const half = Buffer.concat(body).subarray(0, 1_000_000)
      await good.put(key, [half], o)
      await sleep(20)
      return await good.put(key, body, o)
    },
  }),
}

const WORDLESS = /^every check says with what words it catches$/
const REFUSED = /^the call succeeded, it should have been rejected/

/** With what words each of them is caught. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'a stored object reads back byte for byte, whatever its size': /1048576[\s\S]*1048577/,
  'a body in several buffers is stored in their order': /^object of several buffers: 70000 bytes came/,
  'a second put takes the place of the first, also with a shorter body':
    /^object put twice: 50000 bytes came/,
  'the buffers of a body are left as they were': /^buffer that was stored/,
  'the etag changes with the content': /strictly unequal to/,
  'unusual names are kept as they are': /^a b: 5 bytes came, 3 were expected/,
  'a put that is aborted before it begins leaves nothing': /Missing expected rejection/,
  'what was never stored is not found': /^expected E_STORAGE_NOT_FOUND, got E_STORAGE_PERMISSION/,
  'a folder of objects is no object': REFUSED,
  'head and get tell the same size and etag': /\+\s+0,\n-\s+12345/,
  'a chunk belongs to its receiver: changing it changes nothing else':
    /^object after its chunks were changed/,
  'a range gives its bytes, to the end where it reaches beyond': /^range 0\+1: 200000 bytes came/,
  'the info of a range is that of the whole object': /5 !== 5000/,
  'get with an old etag is refused': REFUSED,
  'a body stops with the reason of the signal when it is aborted': REFUSED,
  'bodies that are not read to their end leave the driver as it was': /^unable to read: no connection/,
  'a body is of one version, also when the object is replaced meanwhile':
    /^body of an object that was replaced while it was read/,
  'a list without delimiter holds every key below the prefix, and nothing else': /\+\s+'z\/y\/x'/,
  'a prefix may end in the middle of a name': /4 !== 7/,
  'a delimiter folds what lies deeper into folders that end with /': /\+\s+'b\/1'/,
  'keys come in the order of their bytes': /'ä'/,
  'small pages give the same as one, each key once': /^Expected values to be strictly deep-equal:\n/,
  'startAfter leaves out the keys up to it': /\+\s+'b\/1'/,
  'an unknown prefix is an empty list': /^unable to list: no such folder/,
  'sizes in a list are those of the objects': /\+\s+0\n-\s+77/,
  'an object is listed once its put has settled, and no longer once its delete has': /-\s+'seen'/,
  'what is deleted is gone, its neighbours stay': /-\s+'d\/10'/,
  'a missing key counts as deleted': /\+\s+false/,
  'a batch gives an outcome for each of its keys, in their order': /-\s+'batch\/10'/,
  'deleting a folder name deletes nothing below it': /^unable to read kept\/object/,
  'a batch of as many keys as the driver allows is deleted, missing ones among them': REFUSED,
  'ifAbsent stores what is not there': /^unable to write: it exists/,
  'ifAbsent leaves what is there as it is': REFUSED,
  'of several puts with ifAbsent at once one wins, and its object stays': /^8 puts of 8 won/,
  'ifMatch replaces the version that it names, and no other': REFUSED,
  'of several puts with ifMatch at once one wins, and its object stays': /^8 puts of 8 won/,
  'ifMatch of what is not there is refused, and stores nothing': REFUSED,
  'ifAbsent stores again what was deleted': /^unable to write: it exists/,
  'a stream is stored whole, whatever the length of its chunks': /^stream in chunks of 1000: 1000 bytes came/,
  'a stream that fails leaves nothing, and its own error comes out': /unable to write/,
  'a stream that is aborted half way leaves nothing': REFUSED,
  'an object is not seen while its stream is still coming': /^expected E_STORAGE_NOT_FOUND, got \[object/,
  'an empty stream is an empty object': /1 !== 0/,
  'a stream with ifAbsent leaves what is there as it is': REFUSED,
  'parts become one object in the order of their numbers, in whatever order they were sent':
    /^object of parts/,
  'nothing is seen before the upload is complete': REFUSED,
  'an aborted upload leaves no object; aborting it again is fine': /^unable to abort/,
  'a part that is sent again takes the place of the first': /^object of a part that was sent again/,
  'an upload completed with ifAbsent leaves what is there as it is': REFUSED,
  'two uploads of one key know nothing of each other': /^unable to go on with both: no such upload/,
  'a copy has the same bytes, and the original stays': /^unable to read original/,
  'what is absent cannot be copied': REFUSED,
  'a copy takes the place of what was there': /^copy over another object: 5000 bytes came/,
  'of many keys none is missing and none comes twice, in whole pages and in small ones':
    /^pages of any length: 1000 keys of 1100/,
  'a page holds no more than its limit, folders counted': /^a page of at most 1 has 4 entries/,
  'there is no cursor behind the last page': /^a list that is whole says that there is more/,
  'pages go on where they were when what they showed is deleted': /^keys were passed over, or came twice/,
  'startAfter and limit go together, and startAfter need not be a key': /\+\s+'s\/1'/,
  'of several puts to one key at once one whole object stays': /^what stays is none of the objects/,
  'puts to several keys at once do not disturb each other': /^object 0 of several/,
  'an object that is being replaced is always there, and whole': /^unable to read changing/,
  'a call with a signal that is aborted already does nothing, and ends with the reason': REFUSED,
  'a put that is aborted while it runs ends soon, and leaves all or nothing':
    /^a part of the object was left/,
}

proveKit(
  storageKit,
  () => ({ driver: streaming(new MemoryDriver()), signal }),
  Object.fromEntries(Object.entries(KNOWN_BAD).map(([name, bad]) => [name, [[bad, SAYS[name] ?? WORDLESS]]])),
  (bad) => ({ driver: spoilt(bad), signal }),
)
