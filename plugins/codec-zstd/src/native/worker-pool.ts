import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { type Answer, startWorker } from './worker-thread.js'
import type { Done, Work } from './zstd-work.js'

/** What the zstd library says of a frame. */
export class NativeError extends Error {}

export interface Finished extends Done {
  readonly memory: ArrayBuffer | undefined
}

interface Job {
  readonly work: Work
  readonly moved: readonly ArrayBuffer[]
  readonly resolve: (finished: Finished) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly jobs: Map<number, Job>
  sessions: number
  ending: NodeJS.Timeout | undefined
}

/** Workers that have nothing to do for so long are ended. */
const IDLE_MS = 10_000

/**
 * One worker per core at most, started when there is work for it. They keep the process alive only while they work. A worker
 * whose work nobody waits for any more is ended in the middle of it, unless others use it.
 */
export class WorkerPool {
  readonly #bindingPath: string
  readonly #threads = new Set<Thread>()
  readonly #waiting: Job[] = []
  #lastId = 0

  constructor(bindingPath: string) {
    this.#bindingPath = bindingPath
  }

  /** How many threads there are. */
  get size(): number {
    return this.#threads.size
  }

  /** How much work waits for a thread. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** How many threads have work. */
  get busy(): number {
    return [...this.#threads].filter((thread) => thread.jobs.size > 0).length
  }

  /** Does the work on any thread that is free, the first come first. */
  async run(work: Work, moved: readonly ArrayBuffer[], signal: AbortSignal): Promise<Finished> {
    signal.throwIfAborted()
    return await new Promise<Finished>((resolve, reject) => {
      const settle = () => signal.removeEventListener('abort', onAbort)
      const job: Job = {
        work,
        moved,
        resolve: (finished) => {
          settle()
          resolve(finished)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      const onAbort = () => {
        this.#abandon(job)
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(job)
      this.#assign()
    })
  }

  /** A frame that is unpacked step by step, on one thread, which may do other work between. */
  openSession() {
    const thread = this.#leastBusy()
    const session = ++this.#lastId
    thread.sessions++
    this.#keep(thread)
    return {
      step: (bytes: Uint8Array<ArrayBuffer> | undefined, mostBytes: number, windowLogMax: number) =>
        new Promise<Finished>((resolve, reject) => {
          const work: Work = { kind: 'step', session, bytes, mostBytes, windowLogMax }
          this.#give(thread, { work, moved: bytes ? [bytes.buffer] : [], resolve, reject })
        }),
      close: () => {
        thread.sessions--
        if (!this.#threads.has(thread)) return
        this.#give(thread, { work: { kind: 'close', session }, moved: [], resolve() {}, reject() {} })
      },
    }
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#free()
      if (!thread) return
      this.#give(thread, this.#waiting.shift()!)
    }
  }

  #free(): Thread | undefined {
    for (const thread of this.#threads) if (thread.jobs.size === 0) return thread
    return this.#hasRoom() ? this.#start() : undefined
  }

  #leastBusy(): Thread {
    let least = this.#free()
    for (const thread of this.#threads) {
      if (!least || thread.sessions < least.sessions) least = thread
    }
    return least!
  }

  #hasRoom(): boolean {
    return this.#threads.size < availableParallelism()
  }

  #give(thread: Thread, job: Job): void {
    const id = ++this.#lastId
    thread.jobs.set(id, job)
    this.#keep(thread)
    thread.worker.postMessage({ id, work: job.work }, job.moved)
  }

  #start(): Thread {
    const worker = startWorker(this.#bindingPath)
    const thread: Thread = { worker, jobs: new Map(), sessions: 0, ending: undefined }
    this.#threads.add(thread)
    worker.on('message', (answer: Answer) => this.#finish(thread, answer))
    worker.on('error', (error) => this.#end(thread, error))
    worker.on('exit', () => this.#end(thread, new Error('a zstd worker ended')))
    return thread
  }

  #finish(thread: Thread, answer: Answer): void {
    const job = thread.jobs.get(answer.id)
    thread.jobs.delete(answer.id)
    if ('error' in answer) job?.reject(new NativeError(answer.error))
    else job?.resolve({ ...answer.done, memory: answer.memory })
    this.#assign()
    if (thread.jobs.size === 0) this.#rest(thread)
  }

  /** Nobody waits for this job any more. */
  #abandon(job: Job): void {
    const at = this.#waiting.indexOf(job)
    if (at >= 0) this.#waiting.splice(at, 1)
    for (const thread of this.#threads) {
      const isAlone = thread.jobs.size === 1 && thread.sessions === 0
      for (const one of thread.jobs.values()) if (one === job && isAlone) this.#end(thread, undefined)
    }
  }

  #keep(thread: Thread): void {
    clearTimeout(thread.ending)
    thread.worker.ref()
  }

  #rest(thread: Thread): void {
    thread.worker.unref()
    if (thread.sessions > 0) return
    thread.ending = setTimeout(() => this.#end(thread, undefined), IDLE_MS).unref()
  }

  #end(thread: Thread, error: unknown): void {
    if (!this.#threads.delete(thread)) return
    clearTimeout(thread.ending)
    thread.worker.unref()
    void thread.worker.terminate()
    for (const job of thread.jobs.values()) job.reject(error)
    thread.jobs.clear()
    // Work that waits gets another worker.
    this.#assign()
  }
}
