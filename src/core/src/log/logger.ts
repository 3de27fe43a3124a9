import { openSync, writeSync } from 'node:fs'
import { type Log, WalgError } from '@walg/sdk'

const STDERR = 2
const LEVELS = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3 } as const
type Level = keyof typeof LEVELS

/** WAL-G's levels: DEVEL shows everything, NORMAL no debug lines, ERROR nothing else. */
const LOWEST: Readonly<Record<string, number>> = {
  DEVEL: LEVELS.DEBUG,
  NORMAL: LEVELS.INFO,
  ERROR: LEVELS.ERROR,
}

export interface LoggerOptions {
  /** WALG_LOG_LEVEL. */
  readonly level: string
  /** WALG_LOG_FORMAT. */
  readonly format: 'text' | 'json'
  /** WALG_LOG_DESTINATION: `stderr` or a file that is appended to. */
  readonly destination: string
  /** Texts that are blotted out wherever they turn up. */
  readonly secrets: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/** Writes log lines as WAL-G does, or as JSON; synchronously, so that the last one is never lost. */
export class Logger implements Log {
  readonly #lowest: number
  readonly #options: LoggerOptions
  readonly #descriptor: number
  readonly #secrets: readonly string[]

  constructor(options: LoggerOptions) {
    this.#options = options
    this.#secrets = options.secrets.flatMap(formsOf)
    this.#lowest = LOWEST[options.level] ?? LEVELS.INFO
    this.#descriptor = options.destination === 'stderr' ? STDERR : openLog(options.destination)
  }

  debug(message: string, fields?: Fields): void {
    this.#write('DEBUG', message, fields)
  }

  info(message: string, fields?: Fields): void {
    this.#write('INFO', message, fields)
  }

  warn(message: string, fields?: Fields): void {
    this.#write('WARNING', message, fields)
  }

  error(message: string, fields?: Fields): void {
    this.#write('ERROR', message, fields)
  }

  #write(level: Level, message: string, fields: Fields | undefined): void {
    if (LEVELS[level] < this.#lowest) return
    const now = new Date()
    const line =
      this.#options.format === 'json'
        ? JSON.stringify({ time: now.toISOString(), level, message, ...fields }, plainBigint)
        : `${level}: ${localTime(now)} ${message}`
    try {
      writeSync(this.#descriptor, `${this.#redacted(line)}\n`)
    } catch {
      // Nobody reads the log any more; that is no reason to fail.
    }
  }

  #redacted(line: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, '--HIDDEN--'), line)
  }
}

/** A secret as it may turn up: as it is, within JSON, within a URL. The longest first, so that nothing is left of it. */
function formsOf(secret: string): readonly string[] {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
  return [...new Set(forms)].sort((a, b) => b.length - a.length)
}

function plainBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a', 0o644)
  } catch (error) {
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to use WALG_LOG_DESTINATION=${path}: ${(error as Error).message}`,
      {
        details: { path },
        cause: error,
      },
    )
  }
}

/** `2026/08/01 10:11:12.123456`, on the clock of this machine. */
function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  // Not performance.now(), which takes 2 ms to load.
  const within = Number((process.hrtime.bigint() / 1000n) % 1000n)
  const micros = String(date.getMilliseconds() * 1000 + within).padStart(6, '0')
  return `${day} ${time}.${micros}`
}
