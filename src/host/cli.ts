import { type Config, run } from '@oclif/core'
import { commandLineError, exitCodeOf, report } from '@walg/core'
import type { WalgError } from '@walg/sdk'
import { engineBuiltin, showHelp } from './engine-builtins.js'
import { longestTopic, nearestCommand, splitCommand } from './find-command.js'
import type { HostProgram } from './host-program.js'
import { oclifConfig } from './oclif-plugins.js'
import { stderrLog } from './stderr-log.js'

/** What restore_command runs, and its exit code when it has not done its work. */
const FETCH = 'wal-fetch'
const FETCH_FAILED = 200

/** Everything that is not on the fast path: help, plugins, and the commands that run now and then. */
export async function runCli(argv: readonly string[], host: HostProgram): Promise<number> {
  try {
    const config = await oclifConfig(argv, host)
    const engine = argv[0] !== undefined && host.registry.declaredEngine(argv[0]) ? argv[0] : undefined
    if (engine === undefined) return await viaRun(argv, config)
    const words = argv.slice(1)
    const answered = await engineBuiltin(engine, words, config, host)
    if (answered !== undefined) return answered
    const { id, rest } = splitCommand(argv, config)
    if (id === undefined) return await answerUnknown(engine, words, config, host)
    if (rest.includes('--help') || rest.includes('-h'))
      return await showHelp(engine, id.split(':').slice(1), config, host)
    return asCode(await config.runCommand(id, [...rest]))
  } catch (error) {
    const code = oclifExit(error)
    if (code !== undefined) return code
    report(error, stderrLog(), host.isDropIn)
    return exitCodeOf(error)
  }
}

async function viaRun(argv: readonly string[], config: Config): Promise<number> {
  return asCode(await run([...argv], config))
}

/** Commands of ours return their exit code, those of oclif whatever they like. */
function asCode(outcome: unknown): number {
  return typeof outcome === 'number' ? outcome : 0
}

/**
 * Help for a word that only has commands below it, whatever follows, as WAL-G gives it; otherwise an error. One that seems to mean
 * wal-fetch ends with a code that PostgreSQL does not take for the end of the archive: it may stand in a restore_command.
 */
async function answerUnknown(
  engine: string,
  words: readonly string[],
  config: Config,
  host: HostProgram,
): Promise<number> {
  const topic = longestTopic(words, engine, config)
  const word = words[topic.length] ?? ''
  const near = nearestCommand(word, [engine, ...topic], config)
  if (topic.length > 0 && near !== FETCH) return await showHelp(engine, topic, config, host)
  const error = unknownCommand(word, near)
  if (near !== FETCH) throw error
  report(error, stderrLog(), host.isDropIn)
  return FETCH_FAILED
}

function unknownCommand(word: string, near: string | undefined): WalgError {
  const hint = near === undefined ? '' : `\n\nDid you mean this?\n\t${near}\n`
  return commandLineError(`unknown command "${word}" for "wal-g"${hint}`)
}

/** oclif ends commands by throwing; its own messages are for people already. */
function oclifExit(error: unknown): number | undefined {
  const details = (error as { readonly oclif?: { readonly exit?: number } } | undefined)?.oclif
  if (details === undefined) return undefined
  const message = (error as Error).message
  if (details.exit !== 0 && !/^EEXIT/.test(message)) process.stderr.write(`Error: ${message}\n`)
  return details.exit ?? 1
}
