import { write, writeSync } from 'node:fs'
import {
  type ByteStream,
  type Log,
  type Operation,
  type OperationResult,
  type PluginManifest,
  WalgError,
} from '@walg/sdk'
import { exitCodeOf, remedyOf } from '../errors/catalogue.js'
import { Logger } from '../log/logger.js'
import { TerminalProgress } from '../progress/terminal-progress.js'
import type { PluginRegistry } from '../registry/plugin-registry.js'
import { readConfigFile } from '../settings/config-file.js'
import { isolatedSettings } from '../settings/failover-settings.js'
import { walgSettings } from '../settings/known-settings.js'
import { type EffectiveSettings, loadSettings } from '../settings/load-settings.js'
import { isCommandLineError, type ParsedCommandLine, parseCommandLine } from './command-line.js'
import { createOperationContext } from './operation-context.js'
import { stdoutForResultsOnly } from './results-only.js'
import { systemClock } from './system-clock.js'

/** The program around an operation. */
export interface Host {
  readonly registry: PluginRegistry
  /** How this program is called again, up to and with the engine's topic. */
  readonly self: readonly string[]
  /** The `wal-g` drop-in: unknown settings are only warned about. */
  readonly isDropIn: boolean
  /** Settings of a plugin that this run is about, which need not be installed. */
  readonly guest?: GuestSettings
}

/** Names of settings, as in a manifest. */
export type GuestSettings = Required<Pick<PluginManifest, 'settings' | 'secretSettings'>>

/** Time in which an interrupted operation has to clean up. */
const CLEAN_UP_MS = 4_500
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const
/** Commands whose traffic WALG_NETWORK_RATE_LIMIT covers, as in WAL-G. */
const RATE_LIMITED = new Set([
  'backup-push',
  'backup-fetch',
  'restore',
  'catchup-push',
  'catchup-fetch',
  'pgbackrest backup-fetch',
])

/**
 * Runs an operation from its command line to its exit code: settings, log, signals, result, errors. The oclif commands and
 * the fast entry both end here.
 */
export async function runOperation(
  operation: Operation,
  argv: readonly string[],
  host: Host,
): Promise<number> {
  const interruption = new Interruption()
  const restoreStdout = stdoutForResultsOnly()
  let log: Log = new Logger({ level: 'NORMAL', format: 'text', destination: 'stderr', secrets: [] })
  try {
    const commandLine = parseCommandLine(operation, argv)
    const settings = await settingsOf(commandLine, host)
    log = loggerOf(settings.settings)
    for (const warning of settings.warnings) log.warn(warning)
    Object.assign(process.env, settings.settings.toEnvironment())
    const ctx = createOperationContext({
      settings: settings.settings,
      registry: host.registry,
      log,
      progress: new TerminalProgress(() => process.stderr, systemClock),
      signal: interruption.signal,
      clock: systemClock,
      self: host.self,
      configuredBy: (path) => configuredBy(path, settings.settings),
      isRateLimited: RATE_LIMITED.has(operation.id) && !commandLine.isTurbo,
    })
    try {
      const result = await operation.run(ctx, commandLine.input)
      print(result, commandLine.isJson)
      if (result.body) await printAll(result.body)
      return result.exitCode ?? 0
    } finally {
      await ctx.close()
    }
  } catch (error) {
    if (interruption.code !== undefined) {
      log.error(`interrupted by ${interruption.name}`)
      return interruption.code
    }
    report(error, log, host.isDropIn)
    return operation.exitCodeFor?.(error) ?? exitCodeOf(error)
  } finally {
    restoreStdout()
    interruption.end()
  }
}

async function settingsOf(commandLine: ParsedCommandLine, host: Host) {
  return await loadSettings({
    flags: commandLine.settings,
    environment: process.env,
    pluginNames: [...host.registry.settingNames(), ...(host.guest?.settings ?? [])],
    secretPluginNames: [...host.registry.secretSettingNames(), ...(host.guest?.secretSettings ?? [])],
    isLenient: host.isDropIn,
    ...(commandLine.configPath !== undefined && { configPath: commandLine.configPath }),
  })
}

async function configuredBy(path: string, run: EffectiveSettings): Promise<EffectiveSettings> {
  const file = await readConfigFile(path)
  const settings = isolatedSettings(run, file?.values ?? [], `the config file ${path}`)
  settings.validate()
  return settings
}

function loggerOf(settings: EffectiveSettings): Logger {
  return new Logger({
    level: settings.get(walgSettings, 'WALG_LOG_LEVEL'),
    format: settings.get(walgSettings, 'WALG_LOG_FORMAT'),
    destination: settings.get(walgSettings, 'WALG_LOG_DESTINATION'),
    secrets: settings.secrets(),
  })
}

function print(result: OperationResult, isJson: boolean): void {
  const text = isJson ? (result.jsonText ?? `${toJson(result.json)}\n`) : (result.text ?? '')
  if (text !== '') writeAll(text)
}

/** JSON in which a bigint is a plain number. */
function toJson(value: unknown): string {
  const mark = '\u0000bigint:'
  const text = JSON.stringify(value ?? {}, (_key, item) =>
    typeof item === 'bigint' ? `${mark}${item}` : item,
  )
  return text.replace(/"\\u0000bigint:(-?\d+)"/g, '$1')
}

/** Results are whole when the process ends, also in a pipe. */
function writeAll(text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
    }
  }
}

/** Waits for a slow reader without keeping anything else from running. A reader that has gone has had enough. */
async function printAll(body: ByteStream): Promise<void> {
  for await (const chunk of body) {
    for (let done = 0; done < chunk.length; ) {
      try {
        done += await writeSome(chunk, done)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EPIPE') return
        if (code !== 'EAGAIN')
          throw new WalgError('E_OUTPUT', `unable to write to stdout: ${code}`, { cause: error })
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
  }
}

async function writeSome(chunk: Uint8Array, offset: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    write(1, chunk, offset, (error, written) => (error ? reject(error) : resolve(written)))
  })
}

/** One clear line on stderr. */
export function report(error: unknown, log: Log, isDropIn: boolean): void {
  if (isCommandLineError(error)) {
    // Scripts written for WAL-G find the message of such an error on stdout, too.
    if (isDropIn) writeAll(`${error.message}\n`)
    writeSync(2, `Error: ${error.message}\n`)
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  const remedy = remedyOf(error)
  log.error(remedy === undefined ? message : `${message}. ${remedy}`)
  if (error instanceof Error && !('retryable' in error)) log.debug(error.stack ?? '')
}

/** SIGINT and SIGTERM abort the operation; if it does not end soon, the process does. */
class Interruption {
  readonly #abort = new AbortController()
  readonly #listeners: (readonly [NodeJS.Signals, () => void])[] = []
  code: number | undefined
  name: string | undefined

  constructor() {
    for (const [name, code] of Object.entries(SIGNAL_CODES)) {
      const listener = () => this.#stop(name, code)
      process.on(name, listener)
      this.#listeners.push([name as NodeJS.Signals, listener])
    }
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  end(): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener)
  }

  #stop(name: string, code: number): void {
    if (this.code !== undefined) return
    this.code = code
    this.name = name
    this.#abort.abort(new WalgError('E_INTERRUPTED', `interrupted by ${name}`))
    setTimeout(() => this.#dieOf(name), CLEAN_UP_MS).unref()
  }

  /** process.exit() would wait for system calls that hang on libuv's threads; the signal itself waits for nothing. */
  #dieOf(name: string): void {
    process.removeAllListeners(name)
    process.kill(process.pid, name)
  }
}
