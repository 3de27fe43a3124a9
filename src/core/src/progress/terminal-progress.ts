import type { Clock, Progress, ProgressTask } from '@walg/sdk'

const REDRAW_MS = 200
const silent: ProgressTask = { advance() {}, end() {} }

/** Shows rate and remaining time in one line of a terminal; nothing where stderr is none. */
export class TerminalProgress implements Progress {
  readonly #open: () => NodeJS.WriteStream
  readonly #clock: Clock

  /** The stream is opened by the first task: most commands have none, and making `process.stderr` takes 3 ms. */
  constructor(open: () => NodeJS.WriteStream, clock: Clock) {
    this.#open = open
    this.#clock = clock
  }

  start(label: string, totalBytes?: number): ProgressTask {
    const stream = this.#open()
    if (!stream.isTTY) return silent
    const startedMs = this.#clock.monotonicMs()
    let drawnMs = startedMs
    let done = 0
    const draw = () => {
      const seconds = (this.#clock.monotonicMs() - startedMs) / 1000
      stream.write(`\r\x1b[K${progressLine(label, done, totalBytes, seconds)}`)
    }
    return {
      advance: (bytes) => {
        done += bytes
        const now = this.#clock.monotonicMs()
        if (now - drawnMs < REDRAW_MS) return
        drawnMs = now
        draw()
      },
      end: () => {
        draw()
        stream.write('\n')
      },
    }
  }
}

/** `backing up  1.2 GiB of 4.0 GiB  30%  412 MiB/s  7 s left` */
export function progressLine(
  label: string,
  done: number,
  total: number | undefined,
  seconds: number,
): string {
  const rate = seconds > 0 ? done / seconds : 0
  const parts = [
    label,
    total === undefined ? readableBytes(done) : `${readableBytes(done)} of ${readableBytes(total)}`,
  ]
  if (total !== undefined && total > 0) parts.push(`${Math.min(100, Math.floor((done / total) * 100))}%`)
  parts.push(`${readableBytes(rate)}/s`)
  if (total !== undefined && rate > 0 && done < total)
    parts.push(`${Math.ceil((total - done) / rate)} s left`)
  return parts.join('  ')
}

/** `4.0 GiB` */
export function readableBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
