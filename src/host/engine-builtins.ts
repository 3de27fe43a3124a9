import { type Config, loadHelpClass } from '@oclif/core'
import { commandLineError, type Host, knownSettings } from '@walg/core'
import { completionScript } from './completion.js'
import { commandHelp, programHelp } from './drop-in-help.js'
import { ENGINE_TITLES } from './engine-titles.js'

/** WAL-G's commands that belong to no operation. Undefined when the words name none of them. */
export async function engineBuiltin(
  engine: string,
  words: readonly string[],
  config: Config,
  host: Host,
): Promise<number | undefined> {
  const [first, ...rest] = words
  switch (first) {
    case undefined:
    case '--help':
    case '-h':
      return await showHelp(engine, [], config, host)
    case '--version':
    case '-v':
      process.stdout.write(`wal-g version ${config.version}\t-\t-\t${ENGINE_TITLES[engine] ?? engine}\n`)
      return 0
    case 'help':
      return await showHelp(engine, rest, config, host)
    case 'flags':
      process.stderr.write(globalFlags())
      return 0
    case 'completion':
      return await completion(engine, rest, config, host)
    default:
      return undefined
  }
}

/** Help of the engine, or of one of its commands. The drop-in has WAL-G's layout. */
export async function showHelp(
  engine: string,
  words: readonly string[],
  config: Config,
  host: Host,
): Promise<number> {
  const id = [engine, ...words].join(':')
  if (words.length > 0 && !config.findCommand(id) && !config.findTopic(id)) {
    process.stderr.write(`Unknown help topic [\`${words.join(' ')}\`]\n`)
    return 0
  }
  const text = host.isDropIn ? await dropInHelp(engine, words, config, host) : undefined
  if (text !== undefined) {
    process.stdout.write(text)
    return 0
  }
  const Help = await loadHelpClass(config)
  await new Help(config, config.pjson.oclif.helpOptions).showHelp([engine, ...words])
  return 0
}

async function dropInHelp(engine: string, words: readonly string[], config: Config, host: Host) {
  return words.length === 0 ? programHelp(engine, config) : await commandHelp(engine, words.join(' '), host)
}

async function completion(
  engine: string,
  words: readonly string[],
  config: Config,
  host: Host,
): Promise<number> {
  if (words.length !== 1) throw commandLineError(`accepts 1 arg(s), received ${words.length}`)
  const shell = words[0]!
  if (shell !== 'bash' && shell !== 'zsh') {
    throw commandLineError(`invalid argument "${shell}" for "wal-g completion"`)
  }
  const program = host.isDropIn ? { name: 'wal-g', prefix: `${engine}:` } : { name: 'walg', prefix: '' }
  process.stdout.write(completionScript(shell, program, config))
  return 0
}

/** Every setting as a flag, as `wal-g flags` lists them. */
export function globalFlags(): string {
  const names = [...knownSettings().keys()].map((name) => name.toLowerCase().replaceAll('_', '-'))
  return `Global Flags:\n${names
    .sort()
    .map((name) => `      --${name} string\n`)
    .join('')}`
}
