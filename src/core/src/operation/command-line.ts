import {
  type ArgSpec,
  type FlagSpec,
  type FlagSpecEntry,
  isWalgError,
  type Operation,
  type OperationInput,
  WalgError,
} from '@walg/sdk'
import { knownSettings } from '../settings/known-settings.js'
import { parseDuration } from '../settings/setting-values.js'

/** Flags that every command takes. */
export const GLOBAL_FLAGS: FlagSpec = {
  config: { kind: 'string', summary: 'path of the config file' },
  turbo: { kind: 'bool', summary: 'ignore rate limits and fill several tar parts at once' },
  json: { kind: 'bool', summary: 'print the result as JSON' },
}

/** A command line after reading: what the operation gets, and what the run itself needs. */
export interface ParsedCommandLine {
  readonly input: OperationInput
  /** Values given as `--walg-…` flags, by setting name. */
  readonly settings: Readonly<Record<string, string>>
  readonly configPath: string | undefined
  readonly isTurbo: boolean
  readonly isJson: boolean
}

type FlagValue = string | number | boolean | readonly string[]

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

/**
 * Reads arguments and flags as WAL-G does: `--name value`, `--name=value`, `-n value`, `-abc`, `--` ends the flags. Rejects
 * with `E_USAGE` in WAL-G's words, because scripts look for them.
 */
export function parseCommandLine(
  operation: Pick<Operation, 'id' | 'args' | 'flags'>,
  argv: readonly string[],
): ParsedCommandLine {
  const specs: FlagSpec = { ...GLOBAL_FLAGS, ...operation.flags }
  const flags: Record<string, FlagValue> = {}
  const settings: Record<string, string> = {}
  const positional: string[] = []
  const rest = [...argv]

  const set = (name: string, spec: FlagSpecEntry, text: string) => {
    const value = flagValue(name, spec, text)
    if (spec.kind === 'strings')
      flags[name] = [...((flags[name] as readonly string[]) ?? []), ...(value as string[])]
    else flags[name] = value
    if (spec.setting !== undefined) settings[spec.setting] = text
  }
  const needed = (shown: string) => {
    const value = rest.shift()
    if (value === undefined) throw commandLineError(`flag needs an argument: ${shown}`)
    return value
  }

  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (token === '--') {
      positional.push(...rest)
      break
    }
    if (token.startsWith('--')) {
      const equals = token.indexOf('=')
      const name = equals < 0 ? token.slice(2) : token.slice(2, equals)
      const given = equals < 0 ? undefined : token.slice(equals + 1)
      const spec = specs[name]
      const setting = settingOfFlag(name)
      if (spec) set(name, spec, given ?? (spec.kind === 'bool' ? 'true' : needed(`--${name}`)))
      else if (setting !== undefined) settings[setting] = given ?? needed(`--${name}`)
      else throw commandLineError(`unknown flag: --${name}`)
    } else if (token.startsWith('-') && token !== '-') {
      readShorthands(token, specs, set, needed)
    } else {
      positional.push(token)
    }
  }

  const named = operation.args.filter(({ variadic }) => !variadic)
  const takesRest = named.length < operation.args.length
  return {
    input: {
      args: namedArguments(operation, takesRest ? positional.slice(0, named.length) : positional),
      ...(takesRest && { rest: positional.slice(named.length) }),
      flags,
    },
    settings,
    configPath: typeof flags['config'] === 'string' ? flags['config'] : undefined,
    isTurbo: flags['turbo'] === true,
    isJson: flags['json'] === true,
  }
}

function readShorthands(
  token: string,
  specs: FlagSpec,
  set: (name: string, spec: FlagSpecEntry, text: string) => void,
  needed: (shown: string) => string,
): void {
  for (let at = 1; at < token.length; at++) {
    const char = token[at]!
    const found = Object.entries(specs).find(([, spec]) => spec.char === char)
    if (!found) throw commandLineError(`unknown shorthand flag: '${char}' in -${token.slice(at)}`)
    const [name, spec] = found
    if (spec.kind === 'bool') {
      const given = token[at + 1] === '=' ? token.slice(at + 2) : undefined
      set(name, spec, given ?? 'true')
      if (given !== undefined) return
      continue
    }
    const attached = token.slice(at + 1).replace(/^=/, '')
    set(name, spec, attached === '' ? needed(`'${char}' in -${char}`) : attached)
    return
  }
}

function flagValue(name: string, spec: FlagSpecEntry, text: string): FlagValue {
  switch (spec.kind) {
    case 'bool':
      if (TRUE.has(text)) return true
      if (FALSE.has(text)) return false
      throw commandLineError(
        `invalid argument "${text}" for "--${name}" flag: strconv.ParseBool: parsing "${text}": invalid syntax`,
      )
    case 'int':
      if (/^[+-]?\d+$/.test(text)) return Number(text)
      throw commandLineError(
        `invalid argument "${text}" for "--${name}" flag: strconv.ParseInt: parsing "${text}": invalid syntax`,
      )
    case 'duration': {
      const ms = parseDuration(text)
      if (ms !== undefined) return ms
      throw commandLineError(
        `invalid argument "${text}" for "--${name}" flag: time: invalid duration "${text}"`,
      )
    }
    case 'strings':
      return text.split(',')
    case 'string':
      if (spec.values && !spec.values.includes(text)) {
        throw commandLineError(
          `invalid argument "${text}" for "--${name}" flag: must be one of ${spec.values.join(', ')}`,
        )
      }
      return text
  }
}

function namedArguments(operation: Pick<Operation, 'id' | 'args'>, values: readonly string[]) {
  checkCount(operation.id, operation.args, values)
  return Object.fromEntries(
    operation.args.flatMap((arg, index) => (arg.variadic ? [] : [[arg.name, values[index]]])),
  )
}

function checkCount(id: string, args: ArgSpec, values: readonly string[]): void {
  const least = args.filter(({ required }) => required).length
  const count = values.length
  if (count >= least && count <= args.length) return
  if (args.length === 0) throw commandLineError(`unknown command "${values[0]}" for "wal-g ${id}"`)
  if (least === args.length) throw commandLineError(`accepts ${least} arg(s), received ${count}`)
  if (least === 0) throw commandLineError(`accepts at most ${args.length} arg(s), received ${count}`)
  throw commandLineError(`accepts between ${least} and ${args.length} arg(s), received ${count}`)
}

/** The setting that `--walg-upload-concurrency` stands for. */
export function settingOfFlag(name: string): string | undefined {
  const setting = name.toUpperCase().replaceAll('-', '_')
  return name === name.toLowerCase() && knownSettings().has(setting) ? setting : undefined
}

const IS_COMMAND_LINE = { isCommandLine: true }

/** An error in the words of WAL-G about a command line that cannot be read at all. */
export function commandLineError(message: string): WalgError {
  return new WalgError('E_USAGE', message, { details: IS_COMMAND_LINE })
}

/** Whether WAL-G would answer with its usage, and not with a line in the log. */
export function isCommandLineError(error: unknown): error is WalgError {
  return isWalgError(error, 'E_USAGE') && error.details['isCommandLine'] === true
}
