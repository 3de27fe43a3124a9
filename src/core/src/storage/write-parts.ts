import {
  type ByteStream,
  type MultipartDriver,
  type ObjectInfo,
  type StorageDriver,
  type UploadedPart,
  WalgError,
  type WriteOptions,
} from '@walg/sdk'

const DEFAULT_PART_BYTES = 20 * 1024 * 1024
const DEFAULT_CONCURRENCY = 4
const CLEAN_UP_MS = 30_000

/** Stores a stream with `put` when it fits into one part, else as a multipart upload; aborted when anything fails. */
export async function writeParts(
  driver: StorageDriver,
  key: string,
  body: ByteStream,
  o: WriteOptions,
): Promise<ObjectInfo> {
  const put = { signal: o.signal, ...(o.ifAbsent && { ifAbsent: true }) }
  const { multipart, capabilities } = driver
  const partBytes = multipart ? choosePartBytes(driver, o) : capabilities.maxPutBytes
  const parts = cut(body, partBytes)
  try {
    const first = await parts.next()
    const second = first.done ? first : await parts.next()
    if (second.done) return await driver.put(key, first.done ? [] : first.value, put)
    if (!multipart) {
      throw new WalgError('E_STORAGE_TOO_LARGE', `unable to write ${key}: larger than ${partBytes} bytes`, {
        details: { key, maxBytes: partBytes },
      })
    }
    return await writeUpload(driver, multipart, key, [first.value, second.value], parts, o)
  } finally {
    // Whatever is not read any more is ended, so that files and connections behind it are closed.
    await parts.return(undefined)
  }
}

async function writeUpload(
  driver: StorageDriver,
  multipart: MultipartDriver,
  key: string,
  known: readonly Part[],
  rest: AsyncIterator<Part>,
  o: WriteOptions,
): Promise<ObjectInfo> {
  const put = { signal: o.signal, ...(o.ifAbsent && { ifAbsent: true }) }
  const upload = await multipart.begin(key, o)
  try {
    const parts = await uploadAll(multipart, upload, known, rest, o, driver.capabilities.maxParts)
    return await multipart.complete(upload, parts, put)
  } catch (error) {
    // The caller's signal may be aborted by now; the clean-up must go through all the same.
    await multipart.abort(upload, { signal: AbortSignal.timeout(CLEAN_UP_MS) }).catch(() => undefined)
    throw error
  }
}

type Part = readonly Uint8Array[]

async function uploadAll(
  multipart: MultipartDriver,
  upload: Awaited<ReturnType<MultipartDriver['begin']>>,
  known: readonly Part[],
  rest: AsyncIterator<Part>,
  o: WriteOptions,
  maxParts: number,
): Promise<readonly UploadedPart[]> {
  const done: UploadedPart[] = []
  const running = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  const start = async (number: number, part: Part) => {
    if (number > maxParts) {
      throw new WalgError('E_STORAGE_TOO_LARGE', `unable to write ${upload.key}: more than ${maxParts} parts`)
    }
    while (running.size >= (o.concurrency ?? DEFAULT_CONCURRENCY)) await Promise.race(running)
    if (failure) throw failure.error
    const task = multipart
      .uploadPart(upload, number, part, o)
      .then((uploaded) => void done.push(uploaded))
      .catch((error: unknown) => {
        failure ??= { error }
      })
    running.add(task)
    void task.finally(() => running.delete(task))
  }
  try {
    let number = 1
    for (const part of known) await start(number++, part)
    for (let next = await rest.next(); !next.done; next = await rest.next()) await start(number++, next.value)
  } finally {
    await Promise.all(running)
  }
  if (failure) throw failure.error
  return done.sort((a, b) => a.number - b.number)
}

function choosePartBytes(driver: StorageDriver, o: WriteOptions): number {
  const { minPartBytes, maxParts } = driver.capabilities
  const needed = o.size === undefined ? 0 : Math.ceil(o.size / maxParts)
  return Math.max(minPartBytes, o.partBytes ?? DEFAULT_PART_BYTES, needed)
}

/** Groups chunks into parts of exactly this size, the last one of what is left; no bytes are copied. */
async function* cut(source: ByteStream, partBytes: number): AsyncGenerator<Part> {
  let part: Uint8Array[] = []
  let filled = 0
  for await (const chunk of source) {
    let rest = chunk
    while (filled + rest.length >= partBytes) {
      const end = partBytes - filled
      part.push(rest.subarray(0, end))
      yield part
      part = []
      filled = 0
      rest = rest.subarray(end)
    }
    if (rest.length > 0) part.push(rest)
    filled += rest.length
  }
  if (filled > 0) yield part
}
