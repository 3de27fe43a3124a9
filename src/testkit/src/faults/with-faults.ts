import type { ByteStream, GetOptions, MultipartDriver, StorageDriver } from '@walg/sdk'
import { copyOf } from '../bytes.js'
import type { Fault, FaultPlan, FaultyCall } from './plan.js'

/** A driver with which things go wrong as planned. Everything else passes through. */
export function withFaults(driver: StorageDriver, plan: FaultPlan): StorageDriver {
  const faulty = async <T>(
    call: FaultyCall,
    key: string,
    signal: AbortSignal,
    run: () => Promise<T>,
  ): Promise<T> => {
    const fault = plan.next(call, key)
    if (fault?.kind === 'error') throw fault.error
    if (fault?.kind === 'stall') return await stalled(signal)
    const result = await run()
    if (fault?.kind === 'lost-answer') throw fault.error
    return result
  }
  return {
    capabilities: driver.capabilities,
    head: (key, o) => faulty('head', key, o.signal, () => driver.head(key, o)),
    get: (key, o) => faultyGet(driver, plan, key, o),
    put: (key, body, o) => faulty('put', key, o.signal, () => driver.put(key, body, o)),
    list: (prefix, o) => faulty('list', prefix, o.signal, () => driver.list(prefix, o)),
    delete: (keys, o) => faulty('delete', keys[0] ?? '', o.signal, () => driver.delete(keys, o)),
    close: () => driver.close(),
    ...(driver.putStream && {
      putStream: (key, body, o) =>
        faulty('putStream', key, o.signal, async () => await driver.putStream!(key, body, o)),
    }),
    ...(driver.copy && {
      copy: (from, to, o) => faulty('copy', from, o.signal, async () => await driver.copy!(from, to, o)),
    }),
    ...(driver.multipart && { multipart: faultyMultipart(driver.multipart, faulty) }),
  }
}

type Faulty = <T>(call: FaultyCall, key: string, signal: AbortSignal, run: () => Promise<T>) => Promise<T>

function faultyMultipart(multipart: MultipartDriver, faulty: Faulty): MultipartDriver {
  return {
    begin: (key, o) => faulty('begin', key, o.signal, () => multipart.begin(key, o)),
    uploadPart: (upload, number, body, o) =>
      faulty('uploadPart', upload.key, o.signal, () => multipart.uploadPart(upload, number, body, o)),
    complete: (upload, parts, o) =>
      faulty('complete', upload.key, o.signal, () => multipart.complete(upload, parts, o)),
    abort: (upload, o) => multipart.abort(upload, o),
  }
}

async function faultyGet(driver: StorageDriver, plan: FaultPlan, key: string, o: GetOptions) {
  const fault = plan.next('get', key)
  if (fault?.kind === 'error') throw fault.error
  if (fault?.kind === 'stall') return await stalled<never>(o.signal)
  const { info, body } = await driver.get(key, o)
  if (fault?.kind === 'lost-answer') throw fault.error
  return { info, body: fault ? damaged(body, fault) : body }
}

async function* damaged(body: ByteStream, fault: Fault): ByteStream {
  const end = fault.kind === 'cut' || fault.kind === 'short' ? fault.afterBytes : Number.POSITIVE_INFINITY
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
}

/** Settles only by the signal; rejects with its reason. */
async function stalled<T>(signal: AbortSignal): Promise<T> {
  return await new Promise<T>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
