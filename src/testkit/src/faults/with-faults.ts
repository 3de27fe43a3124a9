import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteStream, MultipartDriver, ObjectInfo, StorageDriver } from '@walg/sdk'
import { copyOf } from '../bytes.js'
import type { Fault, FaultPlan, FaultyCall } from './plan.js'

/** Makes a call, with what the plan has for it. `run` gets the fault that is its own business: that of a body or of what is written. */
type Faulty = <T>(
  call: FaultyCall,
  key: string,
  signal: AbortSignal,
  run: (fault: Fault | undefined) => Promise<T>,
) => Promise<T>

/** A driver with which things go wrong as planned. Everything else passes through. */
export function withFaults(driver: StorageDriver, plan: FaultPlan): StorageDriver {
  const faulty: Faulty = async (call, key, signal, run) => {
    const fault = plan.next(call, key)
    if (fault?.kind === 'error') throw fault.error
    if (fault?.kind === 'stall') return await stalled(signal)
    if (fault?.kind === 'delay') await delayed(fault.ms, signal)
    if (fault?.kind === 'first') await fault.run()
    const result = await run(fault)
    if (fault?.kind === 'lost-answer' || (fault?.kind === 'torn' && 'error' in fault)) throw fault.error
    return result
  }
  return {
    capabilities: driver.capabilities,
    head: (key, o) => faulty('head', key, o.signal, async (fault) => told(await driver.head(key, o), fault)),
    get: (key, o) =>
      faulty('get', key, o.signal, async (fault) => {
        const { info, body } = await driver.get(key, o)
        return { info: told(info, fault), body: fault ? damaged(body, fault, o.signal) : body }
      }),
    put: (key, body, o) =>
      faulty('put', key, o.signal, async (fault) =>
        claimed(await driver.put(key, torn(body, fault), o), body, fault),
      ),
    list: (prefix, o) => faulty('list', prefix, o.signal, () => driver.list(prefix, o)),
    delete: (keys, o) => faulty('delete', keys[0] ?? '', o.signal, () => driver.delete(keys, o)),
    close: () => driver.close(),
    ...(driver.putStream && {
      putStream: (key, body, o) =>
        faulty('putStream', key, o.signal, async (fault) => {
          const counted = new CountedStream(body, fault?.kind === 'torn' ? fault.storedBytes : undefined)
          const info = await driver.putStream!(key, counted, o)
          return fault?.kind === 'torn' ? { ...info, size: counted.bytes } : told(info, fault)
        }),
    }),
    ...(driver.copy && {
      copy: (from, to, o) =>
        faulty('copy', from, o.signal, async (fault) => told(await driver.copy!(from, to, o), fault)),
    }),
    ...(driver.versions && { versions: driver.versions }),
    ...(driver.preferences && { preferences: driver.preferences }),
    ...(driver.multipart && { multipart: faultyMultipart(driver.multipart, faulty) }),
  }
}

function faultyMultipart(multipart: MultipartDriver, faulty: Faulty): MultipartDriver {
  return {
    begin: (key, o) => faulty('begin', key, o.signal, () => multipart.begin(key, o)),
    uploadPart: (upload, number, body, o) =>
      faulty('uploadPart', upload.key, o.signal, async (fault) =>
        claimed(await multipart.uploadPart(upload, number, torn(body, fault), o), body, fault),
      ),
    complete: (upload, parts, o) =>
      faulty('complete', upload.key, o.signal, async (fault) =>
        told(await multipart.complete(upload, parts, o), fault),
      ),
    abort: (upload, o) => faulty('abort', upload.key, o.signal, () => multipart.abort(upload, o)),
  }
}

/** What is said of an object. */
function told(info: ObjectInfo, fault: Fault | undefined): ObjectInfo {
  return fault?.kind === 'wrong-size' ? { ...info, size: fault.size } : info
}

/** What is said of something written: that all of it is there. */
function claimed<T extends { readonly size: number }>(
  info: T,
  body: readonly Uint8Array[],
  fault: Fault | undefined,
): T {
  if (fault?.kind === 'wrong-size') return { ...info, size: fault.size }
  return fault?.kind === 'torn' ? { ...info, size: Buffer.concat(body).length } : info
}

function torn(body: readonly Uint8Array[], fault: Fault | undefined): readonly Uint8Array[] {
  return fault?.kind === 'torn' ? [copyOf(Buffer.concat(body), 0, fault.storedBytes)] : body
}

/** A stream that is read to its end, of which only the first bytes come through. */
class CountedStream {
  readonly #source: ByteStream
  readonly #most: number
  bytes = 0

  constructor(source: ByteStream, most = Number.POSITIVE_INFINITY) {
    this.#source = source
    this.#most = most
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source) {
      const left = this.#most - this.bytes
      this.bytes += chunk.length
      if (left >= chunk.length) yield chunk
      else if (left > 0) yield copyOf(chunk, 0, left)
    }
  }
}

async function* damaged(body: ByteStream, fault: Fault, signal: AbortSignal): ByteStream {
  const end = 'afterBytes' in fault ? fault.afterBytes : Number.POSITIVE_INFINITY
  let done = 0
  for await (const chunk of body) {
    const bytes = copyOf(chunk, 0, end - done)
    const wrong = fault.kind === 'flip' ? fault.atByte - done : -1
    if (wrong >= 0 && wrong < bytes.length) bytes[wrong]! ^= 1
    if (bytes.length > 0) yield bytes
    done += bytes.length
    if (done >= end) break
  }
  if (fault.kind === 'cut') throw fault.error
  if (fault.kind === 'hang') await stalled(signal)
}

/** Settles only by the signal; rejects with its reason. */
async function stalled<T>(signal: AbortSignal): Promise<T> {
  return await new Promise<T>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

async function delayed(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw signal.reason
  }
}
