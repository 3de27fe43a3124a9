import { Worker } from 'node:worker_threads'
import { type Done, type NativeBinding, type Work, zstdWork } from './zstd-work.js'

/** What a worker answers. The memory of a piece comes back, to be filled again. */
export type Answer =
  | { readonly id: number; readonly done: Done; readonly memory: ArrayBuffer | undefined }
  | { readonly id: number; readonly error: string }

export interface Order {
  readonly id: number
  readonly work: Work
}

/** Runs in the worker; like `zstdWork`, it must not use anything outside of it. */
function serve(makeWork: typeof zstdWork): void {
  const { parentPort, workerData } = require('node:worker_threads') as typeof import('node:worker_threads')
  const run = makeWork(require(workerData as string) as NativeBinding)
  parentPort!.on('message', ({ id, work }: Order) => {
    try {
      const done = run(work)
      const memory = work.kind === 'compress' ? work.bytes.buffer : undefined
      const moved = memory ? [done.bytes.buffer, memory] : [done.bytes.buffer]
      parentPort!.postMessage({ id, done, memory } satisfies Answer, moved)
    } catch (error) {
      parentPort!.postMessage({ id, error: (error as Error).message } satisfies Answer)
    }
  })
}

/** A thread that has zstd-napi's binding loaded. */
export function startWorker(bindingPath: string): Worker {
  return new Worker(`(${serve})(${zstdWork})`, { eval: true, workerData: bindingPath })
}
