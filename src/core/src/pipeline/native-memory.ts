import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const QUIET_BYTES = 32 * 1024 * 1024
const STEP_BYTES = 32 * 1024 * 1024

type Collect = (options: { readonly type: 'minor' }) => void

let collect: Collect | undefined

/**
 * Keeps the memory of native codecs small while bulk data passes. They hand out buffers of which V8 sees little more than handles, so
 * it would let hundreds of MiB of them pile up before it looks; a scavenge now and then costs well under a millisecond.
 */
export class NativeMemory {
  #untilNext = QUIET_BYTES

  /** Tells of bytes that a codec has made. */
  passed(bytes: number): void {
    this.#untilNext -= bytes
    if (this.#untilNext > 0) return
    this.#untilNext = STEP_BYTES
    collect ??= exposedCollector()
    collect({ type: 'minor' })
  }
}

/** V8's collector, which node shows only when asked for by a flag; the flag may also be set while it runs. */
function exposedCollector(): Collect {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as Collect
}
