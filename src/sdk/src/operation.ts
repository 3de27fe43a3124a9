import type { Compressor, Crypter } from './codec.js'
import type { Settings } from './settings.js'
import type { Storage } from './storage.js'

export interface FlagSpecEntry {
  readonly kind: 'bool' | 'string' | 'int' | 'strings'
  /** One line, imperative, no full stop; unit and default where there are any. */
  readonly summary: string
  readonly char?: string
  /** The setting that this flag overrides for the run. */
  readonly setting?: string
  readonly values?: readonly string[]
  readonly hidden?: boolean
}
export type FlagSpec = Readonly<Record<string, FlagSpecEntry>>

export interface ArgSpecEntry {
  readonly name: string
  readonly summary: string
  readonly required: boolean
}
export type ArgSpec = readonly ArgSpecEntry[]

export interface OperationInput {
  readonly args: Readonly<Record<string, string | undefined>>
  readonly flags: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
}

export interface OperationResult {
  /** 0 when absent. Errors are thrown, not returned; this is for "partly done" and the like. */
  readonly exitCode?: number
  /** For people, to stdout exactly as it is. */
  readonly text?: string
  /** For `--json`: any value that JSON can hold; bigint is written as a plain number. */
  readonly json?: unknown
  /** For `--json` where the exact bytes matter, instead of `json`. */
  readonly jsonText?: string
}

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

export interface ProgressTask {
  /** Adds to what is done, in the unit of the total. */
  advance(bytes: number): void
  end(): void
}

/** Shown on stderr while that is a terminal, silent otherwise. */
export interface Progress {
  start(label: string, totalBytes?: number): ProgressTask
}

/** Time as operations see it, so that tests need not wait. */
export interface Clock {
  now(): Date
  monotonicMs(): number
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** What an operation may use. Everything that loads a plugin is lazy. */
export interface OperationContext {
  readonly settings: Settings
  readonly log: Log
  readonly progress: Progress
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly tmpDir: string
  /** How this program is called again: executable and first arguments, as in `['/usr/bin/node', '/opt/walg/dist/walg.cjs', 'pg']`. */
  readonly self: readonly string[]
  /** The configured storage at its root, opened once. */
  storage(): Promise<Storage>
  /** Every configured storage: the one of `storage()` first, then the failover storages by name. */
  storages(): Promise<readonly Storage[]>
  /** The compressor for new objects. */
  compressor(): Promise<Compressor>
  /**
   * The compressor that wrote objects with this extension; undefined when nothing knows it. Rejects with `E_PLUGIN_MISSING`
   * when a plugin that is not installed does.
   */
  compressorFor(extension: string): Promise<Compressor | undefined>
  /** Extensions of all installed compressors, in the order in which objects are looked for. */
  extensions(): readonly string[]
  /** The configured crypter; undefined when none is. */
  crypter(): Promise<Crypter | undefined>
}

/** One thing that walg can do. The oclif command, the fast entry and the daemon all run the same object. */
export interface Operation {
  readonly id: string
  /** One line, imperative, no full stop. */
  readonly summary: string
  readonly args: ArgSpec
  readonly flags: FlagSpec
  run(ctx: OperationContext, input: OperationInput): Promise<OperationResult>
  /**
   * Exit code for an error where another program reads it by rules of its own, as PostgreSQL does for
   * restore_command. Absent: the error catalogue decides.
   */
  exitCodeFor?(error: unknown): number
}
