import {
  type ByteStream,
  type MultipartDriver,
  type MultipartUpload,
  type ObjectInfo,
  type StorageDriver,
  type UploadedPart,
  WalgError,
  type WriteOptions,
} from '@walg/sdk'
import { partSizes, requirePartNumber } from './part-size.js'
import type { UploadMemory } from './upload-memory.js'

const DEFAULT_CONCURRENCY = 4
const CLEAN_UP_MS = 30_000

/** A part in memory, until it is released. */
interface Part {
  readonly chunks: readonly Uint8Array[]
  readonly isLast: boolean
  release(): void
}

/** Stores a stream with `put` when it fits into one part, else as a multipart upload; aborted when anything fails. */
export async function writeParts(
  driver: StorageDriver,
  key: string,
  body: ByteStream,
  o: WriteOptions,
  memory: UploadMemory,
): Promise<ObjectInfo> {
  const put = { signal: o.signal, ...(o.ifAbsent && { ifAbsent: true }) }
  const { multipart, capabilities } = driver
  const sizes = multipart ? partSizes(driver, o) : () => capabilities.maxPutBytes
  const parts = cut(body, sizes, memory)
  try {
    const { value: first } = await parts.next()
    if (!first || first.isLast) {
      try {
        return await driver.put(key, first?.chunks ?? [], put)
      } finally {
        first?.release()
      }
    }
    if (multipart) return await writeUpload(driver, multipart, key, first, parts, o)
    first.release()
    const maxBytes = capabilities.maxPutBytes
    throw new WalgError('E_STORAGE_TOO_LARGE', `unable to write ${key}: larger than ${maxBytes} bytes`, {
      details: { key, maxBytes },
    })
  } finally {
    // Whatever is not read any more is ended, so that files and connections behind it are closed.
    await parts.return(undefined)
  }
}

async function writeUpload(
  driver: StorageDriver,
  multipart: MultipartDriver,
  key: string,
  first: Part,
  rest: AsyncIterator<Part>,
  o: WriteOptions,
): Promise<ObjectInfo> {
  const put = { signal: o.signal, ...(o.ifAbsent && { ifAbsent: true }) }
  let upload: MultipartUpload
  try {
    upload = await multipart.begin(key, o)
  } catch (error) {
    first.release()
    throw error
  }
  try {
    const concurrency = o.concurrency ?? driver.preferences?.concurrency ?? DEFAULT_CONCURRENCY
    const sender = new PartSender(multipart, upload, concurrency, o.signal)
    const { maxParts } = driver.capabilities
    return await multipart.complete(upload, await sender.send(first, rest, maxParts), put)
  } catch (error) {
    // The caller's signal may be aborted by now; the clean-up must go through all the same.
    await multipart.abort(upload, { signal: AbortSignal.timeout(CLEAN_UP_MS) }).catch(() => undefined)
    throw error
  }
}

/** Sends the parts of one upload, several at once. */
class PartSender {
  readonly #multipart: MultipartDriver
  readonly #upload: MultipartUpload
  readonly #concurrency: number
  readonly #signal: AbortSignal
  readonly #done: UploadedPart[] = []
  readonly #running = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor(multipart: MultipartDriver, upload: MultipartUpload, concurrency: number, signal: AbortSignal) {
    this.#multipart = multipart
    this.#upload = upload
    this.#concurrency = Math.max(1, concurrency)
    this.#signal = signal
  }

  async send(first: Part, rest: AsyncIterator<Part>, maxParts: number): Promise<readonly UploadedPart[]> {
    try {
      let part: Part | undefined = first
      for (let number = 1; part !== undefined; number++) {
        await this.#start(number, part, maxParts)
        const next: IteratorResult<Part> = await rest.next()
        part = next.done ? undefined : next.value
      }
    } finally {
      await Promise.all(this.#running)
    }
    if (this.#failure) throw this.#failure.error
    return this.#done.sort((a, b) => a.number - b.number)
  }

  async #start(number: number, part: Part, maxParts: number): Promise<void> {
    try {
      requirePartNumber(this.#upload.key, number, maxParts)
      while (this.#running.size >= this.#concurrency) await Promise.race(this.#running)
      if (this.#failure) throw this.#failure.error
    } catch (error) {
      part.release()
      throw error
    }
    const task = this.#sendOne(number, part).finally(() => this.#running.delete(task))
    this.#running.add(task)
  }

  async #sendOne(number: number, part: Part): Promise<void> {
    try {
      this.#done.push(
        await this.#multipart.uploadPart(this.#upload, number, part.chunks, { signal: this.#signal }),
      )
    } catch (error) {
      this.#failure ??= { error }
    } finally {
      part.release()
    }
  }
}

/** Groups chunks into parts of exactly the sizes, the last one of what is left; no bytes are copied. */
async function* cut(
  source: ByteStream,
  sizes: (number: number) => number,
  memory: UploadMemory,
): AsyncGenerator<Part> {
  const chunks = source[Symbol.asyncIterator]()
  let number = 1
  let isEnded = false
  // Bytes of the next part that came with the end of this one.
  let left: Uint8Array | undefined
  const nextChunk = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const next = await chunks.next()
      if (next.done) {
        isEnded = true
        return undefined
      }
      if (next.value.length > 0) return next.value
    }
  }
  try {
    while (!isEnded) {
      const wanted = sizes(number++)
      const release = await memory.take(wanted)
      let isGiven = false
      try {
        const part: Uint8Array[] = []
        let filled = 0
        while (filled < wanted) {
          const chunk: Uint8Array | undefined = left ?? (await nextChunk())
          left = undefined
          if (!chunk) break
          const taken = Math.min(chunk.length, wanted - filled)
          part.push(taken === chunk.length ? chunk : chunk.subarray(0, taken))
          filled += taken
          if (taken < chunk.length) left = chunk.subarray(taken)
        }
        // Whether this is the last part is known only when something follows it, or nothing.
        if (!isEnded) left ??= await nextChunk()
        if (filled === 0) return
        isGiven = true
        yield { chunks: part, isLast: isEnded, release }
      } finally {
        if (!isGiven) release()
      }
    }
  } catch (error) {
    isEnded = true
    throw error
  } finally {
    if (!isEnded) await chunks.return?.()
  }
}
