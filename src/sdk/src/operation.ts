import type { ByteStream } from './byte-stream.js'
import type { Compressor, Crypter, Decompressor } from './codec.js'
import type { Settings } from './settings.js'
import type { Storage } from './storage.js'

/** One flag of an operation; its name, without dashes, is the key in `FlagSpec`. */
export interface FlagSpecEntry {
  /**
   * `bool` takes no value, `strings` may be given several times and splits at commas, `duration` is Go's syntax (`1m30s`) and
   * gives milliseconds.
   */
  readonly kind: 'bool' | 'string' | 'int' | 'strings' | 'duration'
  /** One line, imperative, no full stop; unit and default where there are any. */
  readonly summary: string
  /** The letter of its short form. */
  readonly char?: string
  /** The setting that this flag overrides for the run. */
  readonly setting?: string
  /** For `string`: all that it may be. */
  readonly values?: readonly string[]
  /** Left out of help and completion. */
  readonly hidden?: boolean
}

/** The flags of an operation, by name. `config`, `json` and `turbo` exist for all. */
export type FlagSpec = Readonly<Record<string, FlagSpecEntry>>

/** One argument of an operation. */
export interface ArgSpecEntry {
  /** Its key in `OperationInput.args`, in lower case with `_`. */
  readonly name: string
  /** One line, no full stop. */
  readonly summary: string
  /** A command line without it is refused. Optional ones come last. */
  readonly required: boolean
  /** Takes all that follow, also none; only for the last one, which is not `required`. They are in `OperationInput.rest`. */
  readonly variadic?: boolean
}

/** The arguments of an operation, in their order. */
export type ArgSpec = readonly ArgSpecEntry[]

/** What the command line says, checked against the specs. */
export interface OperationInput {
  /** By name; undefined when an optional one was not given. */
  readonly args: Readonly<Record<string, string | undefined>>
  /** What a variadic argument was given, in order. */
  readonly rest?: readonly string[]
  /** By name, in the type of their kind; undefined when not given. */
  readonly flags: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
}

/** What a successful operation says. */
export interface OperationResult {
  /** 0 when absent. Errors are thrown, not returned; this is for "partly done" and the like. */
  readonly exitCode?: number
  /** For people, to stdout exactly as it is. */
  readonly text?: string
  /** To stdout after `text`, as the bytes come. The operation has failed when this fails. */
  readonly body?: ByteStream
  /** For `--json`: any value that JSON can hold; bigint is written as a plain number. */
  readonly json?: unknown
  /** For `--json` where the exact bytes matter, instead of `json`. */
  readonly jsonText?: string
}

/**
 * Log lines, on stderr or in a file. A message is one line, without a full stop; what was set as a secret is
 * blotted out. Fields are shown when the log is JSON, so the message alone must make sense.
 */
export interface Log {
  /** For those who look for a fault: `WALG_LOG_LEVEL=DEVEL` shows it. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** What was done. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** What did not stop the operation, but somebody should know. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** What failed. Not for an error that is thrown: walg logs that. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Work whose progress is shown. */
export interface ProgressTask {
  /** Adds to what is done. */
  advance(bytes: number): void
  /** Also when the work failed. */
  end(): void
}

/** Shown on stderr while that is a terminal, silent otherwise. */
export interface Progress {
  /** `label` says what is being done: `backing up`. Without a total only amount and rate are shown. */
  start(label: string, totalBytes?: number): ProgressTask
}

/** Time as operations see it, so that tests need not wait. */
export interface Clock {
  /** The time of day; it may jump. */
  now(): Date
  /** Milliseconds since some moment, for measuring; they only grow. */
  monotonicMs(): number
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Storages that answer, and those that do not. */
export interface ReadableStorages {
  /** The default one first, the others by name. */
  readonly storages: readonly Storage[]
  /** Names of those left out: what none of `storages` has may be in one of them. */
  readonly unavailable: readonly string[]
}

/** A storage, and how its objects are encrypted. */
export interface Repository {
  /** At its root. */
  readonly storage: Storage
  /** Undefined when none is configured. */
  crypter(): Promise<Crypter | undefined>
}

/** What an operation may use. Everything that loads a plugin is lazy. */
export interface OperationContext {
  /** The effective settings of this run. */
  readonly settings: Settings
  /** Where to tell what happens. */
  readonly log: Log
  /** Where to show how far bulk work is. */
  readonly progress: Progress
  /** Aborted by SIGINT and SIGTERM. `run` then has about four seconds to clean up and to reject. */
  readonly signal: AbortSignal
  /** Use it instead of `Date` and `setTimeout`. */
  readonly clock: Clock
  /** The system's folder for temporary files. Use `mkdtemp` in it, and remove what you made. */
  readonly tmpDir: string
  /** How this program is called again: executable and first arguments, as in `['/usr/bin/node', '/opt/walg/dist/walg.cjs', 'pg']`. */
  readonly self: readonly string[]
  /** The configured storage at its root, opened once; walg closes it. Rejects with `E_STORAGE_CONFIG` when none is. */
  storage(): Promise<Storage>
  /** Every configured storage: the one of `storage()` first, then the failover storages by name. */
  storages(): Promise<readonly Storage[]>
  /**
   * Where new objects go: the named storage, else the first that answers. Rejects with `E_STORAGE_UNAVAILABLE` when none does.
   * All objects of a backup go to one storage.
   */
  storageForWriting(name?: string): Promise<Storage>
  /** What is read from: the named storage, else all that answer. Rejects with `E_STORAGE_UNAVAILABLE` when none does. */
  storagesForReading(name?: string): Promise<ReadableStorages>
  /** Names of all configured storages, in the order of `storages()`; the first is `default`. */
  storageNames(): readonly string[]
  /** One of the configured storages, opened once. Rejects with `E_STORAGE_CONFIG`, naming those that there are. */
  storageNamed(name: string): Promise<Storage>
  /**
   * What another config file configures, for copies between repositories. Only the file counts, and names without `WALG_` that
   * this run has set, such as `AWS_REGION`; neither `WALG_STORAGE_PREFIX` nor rate limits do. walg closes it.
   */
  repositoryOf(configPath: string): Promise<Repository>
  /** The compressor for new objects; one that changes nothing, without an extension, for `WALG_COMPRESSION_METHOD=none`. */
  compressor(): Promise<Compressor>
  /**
   * The compressor that wrote objects with this extension; undefined when nothing knows it. Rejects with `E_PLUGIN_MISSING`
   * when a plugin that is not installed does.
   */
  compressorFor(extension: string): Promise<Decompressor | undefined>
  /** Extensions of all installed compressors, in the order in which objects are looked for. */
  extensions(): readonly string[]
  /** The configured crypter; undefined when none is. */
  crypter(): Promise<Crypter | undefined>
}

/** One thing that walg can do. The oclif command, the fast entry and the daemon all run the same object. */
export interface Operation {
  /** Its key in `operations` of the engine: `backup-push`. */
  readonly id: string
  /** One line, imperative, no full stop. */
  readonly summary: string
  /** In the order of the command line. */
  readonly args: ArgSpec
  /** Beside those that every command has. */
  readonly flags: FlagSpec
  /**
   * Does it. Throws a `WalgError` when it fails, and the signal's reason when it was aborted. Writes nothing to stdout: what the
   * user is to see is in the result.
   */
  run(ctx: OperationContext, input: OperationInput): Promise<OperationResult>
  /**
   * Exit code for an error where another program reads it by rules of its own, as PostgreSQL does for
   * restore_command. Absent: the error catalogue decides.
   */
  exitCodeFor?(error: unknown): number
}
