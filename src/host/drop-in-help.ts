import type { Config } from '@oclif/core'
import { GLOBAL_FLAGS, type Host } from '@walg/core'
import type { ArgSpec, FlagSpec, FlagSpecEntry, Operation } from '@walg/sdk'
import { ENGINE_TITLES } from './engine-titles.js'

const PROGRAM = 'wal-g'
const HELP: FlagSpecEntry = { kind: 'bool', char: 'h', summary: 'show this help' }
const VERSION: FlagSpecEntry = { kind: 'bool', char: 'v', summary: 'print the version' }
/** `--json` is every command's, as here; WAL-G has it for some. */
const { json: JSON_FLAG, ...GLOBAL } = GLOBAL_FLAGS

/** Help of the drop-in as a whole, in the layout of WAL-G. */
export function programHelp(engine: string, config: Config): string {
  const prefix = `${engine}:`
  const commands = config.commands
    .filter(({ id, hidden }) => id.startsWith(prefix) && !hidden && !id.slice(prefix.length).includes(':'))
    .map(({ id, summary }) => [id.slice(prefix.length), summary ?? ''] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    `Archives and restores ${ENGINE_TITLES[engine] ?? engine}`,
    section('Usage:', [`  ${PROGRAM} [command]`]),
    section('Available Commands:', columns(commands.map(([name, summary]) => [`  ${name}`, summary]))),
    section('Flags:', flagLines({ ...GLOBAL, help: HELP, version: VERSION })),
    `Use "${PROGRAM} [command] --help" for more information about a command.\n` +
      `"${PROGRAM} flags" lists all settings as flags.\n`,
  ].join('\n\n')
}

/** Help of one command; undefined when the engine has no such operation. */
export async function commandHelp(engine: string, name: string, host: Host): Promise<string | undefined> {
  const load = (await host.registry.engine(engine)).operations[name]
  if (!load) return undefined
  return operationHelp(name, await load())
}

function operationHelp(name: string, { summary, args, flags }: Operation): string {
  return [
    summary,
    section('Usage:', [`  ${PROGRAM} ${[name, ...argumentWords(args), '[flags]'].join(' ')}`]),
    section('Flags:', flagLines({ ...(JSON_FLAG && { json: JSON_FLAG }), ...flags, help: HELP })),
    `${section('Global Flags:', flagLines(GLOBAL))}\n`,
  ].join('\n\n')
}

function argumentWords(args: ArgSpec): readonly string[] {
  return args.map(({ name, required }) => (required ? name : `[${name}]`))
}

function flagLines(flags: FlagSpec): readonly string[] {
  return columns(
    Object.entries(flags)
      .filter(([, { hidden }]) => !hidden)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { char, kind, summary }]) => {
        const short = char === undefined ? '      ' : `  -${char}, `
        return [`${short}--${name}${kind === 'bool' ? '' : ` ${kind}`}`, summary]
      }),
  )
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `${first.padEnd(width)}   ${second}`)
}

const section = (title: string, lines: readonly string[]) => [title, ...lines].join('\n')
