import { createRequire } from 'node:module'
import { type ByteStream, WalgError } from '@walg/sdk'
import { corrupt } from '../damage.js'
import type { ZstdEngine } from '../engine.js'
import { CHUNK_BYTES, WINDOW_LOG_MAX } from '../frame-format.js'
import { unlessAborted } from '../in-order.js'
import { type Finished, NativeError, WorkerPool } from '../native/worker-pool.js'
import { type NativeBinding, type Work, zstdWork } from '../native/zstd-work.js'

/** What is no larger is done on the main thread: starting a worker takes longer. */
const MOST_INLINE_BYTES = 128 * 1024

/** zstd-napi, which is synchronous, in worker threads. */
export function nativeEngine(pool = openPool()): ZstdEngine {
  let inline: ((work: Work) => Finished) | undefined
  const runInline = (work: Work): Finished => {
    inline ??= inlineWork(pool.binding)
    return inline(work)
  }

  return {
    async compress({ bytes, memory }, level, signal) {
      const isSmall = bytes.length <= MOST_INLINE_BYTES
      const own = memory ? new Uint8Array(memory, 0, bytes.length) : new Uint8Array(bytes)
      const work: Work = { kind: 'compress', bytes: own, level }
      if (isSmall) return { frame: runInline(work).bytes, memory }
      const finished = await pool.workers.run(work, [own.buffer], signal)
      return { frame: finished.bytes, memory: memory && finished.memory }
    },

    async decompress(frame, mostBytes, signal) {
      const work: Work = { kind: 'decompress', bytes: frame, mostBytes }
      try {
        if (mostBytes <= MOST_INLINE_BYTES) return runInline(work).bytes
        return (await pool.workers.run(work, [frame.buffer], signal)).bytes
      } catch (error) {
        throw damaged(error)
      }
    },

    decompressStream: (frame, signal) => streamed(pool.workers, frame, signal),
  }
}

/** Two steps are under way at any time, so that the worker does not wait for the main thread. */
const STEPS_AHEAD = 2

async function* streamed(
  workers: WorkerPool,
  frame: AsyncIterable<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): ByteStream {
  signal.throwIfAborted()
  const chunks = frame[Symbol.asyncIterator]()
  const session = workers.openSession()
  const steps: Promise<Finished>[] = []
  let isRead = false
  /** Bytes that the worker has not taken yet, as far as is known. */
  let waiting = 0
  const nextChunk = async () => {
    if (isRead || waiting >= CHUNK_BYTES) return undefined
    const next = await chunks.next()
    if (next.done) isRead = true
    else waiting += next.value.length
    return next.done ? undefined : next.value
  }
  try {
    for (;;) {
      while (steps.length < STEPS_AHEAD) {
        const step = session.step(await nextChunk(), CHUNK_BYTES, WINDOW_LOG_MAX)
        // Whoever waits for an earlier step must not be surprised by a later one's failure.
        step.catch(() => undefined)
        steps.push(step)
      }
      const { bytes, taken, isDone } = await unlessAborted(steps.shift()!, signal)
      waiting -= taken
      if (bytes.length > 0) yield bytes
      if (isDone) break
      if (isRead && waiting === 0 && taken === 0 && bytes.length === 0) throw corrupt('a frame has no end')
    }
    if (waiting > 0 || !(await chunks.next()).done) throw corrupt('a frame ends before its last block')
  } catch (error) {
    throw damaged(error)
  } finally {
    session.close()
    // A source that hangs is ended by the signal, too, and not waited for.
    if (!signal.aborted) await chunks.return?.()
  }
}

interface OpenPool {
  readonly binding: NativeBinding
  readonly workers: WorkerPool
}

export function openPool(load: (id: string) => { path: string; binding: unknown } = loadBinding): OpenPool {
  try {
    // The package's own entry loads node:stream and more, for streams that are not used.
    const { path, binding } = load('zstd-napi/binding')
    return { binding: binding as NativeBinding, workers: new WorkerPool(path) }
  } catch (error) {
    throw new WalgError(
      'E_CODEC_UNAVAILABLE',
      `unable to load zstd: node ${process.versions.node} has none of its own and zstd-napi is not built; run walg with node 22.15 or newer, or install a C++ compiler, make and python3 and reinstall @walg/codec-zstd`,
      { cause: error },
    )
  }
}

function loadBinding(id: string) {
  const requireFrom = createRequire(import.meta.url)
  const path = requireFrom.resolve(id)
  return { path, binding: requireFrom(path) as unknown }
}

function inlineWork(binding: NativeBinding): (work: Work) => Finished {
  const run = zstdWork(binding)
  return (work) => {
    try {
      return { ...run(work), memory: undefined }
    } catch (error) {
      throw new NativeError((error as Error).message)
    }
  }
}

/** Errors of the source and of an abort come out as they are. */
function damaged(error: unknown): unknown {
  return error instanceof NativeError ? corrupt(`a frame is damaged (${error.message})`, error) : error
}
