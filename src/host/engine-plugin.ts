import type { Command, Interfaces } from '@oclif/core'
import { operationCommand } from '@walg/core/cli'
import type { Operation } from '@walg/sdk'
import type { PluginDescriptor } from './registry/plugin-descriptor.js'

/** Operations by id, loaded when they are asked for. */
export type Operations = Readonly<Record<string, () => Promise<Operation>>>

export interface EngineCommands {
  readonly plugin: PluginDescriptor
  /** Id of the engine, the topic of its commands. */
  readonly engine: string
  readonly operations: Operations
  /** Whether summaries, arguments and flags are wanted, too, for a help text: each operation is then loaded. */
  readonly isDescribed: boolean
}

/** What oclif takes for a plugin: an engine without oclif commands of its own, whose operations become commands. */
export async function enginePlugin(commands: EngineCommands): Promise<Interfaces.Plugin> {
  const { plugin, engine, operations, isDescribed } = commands
  const entries: Command.Loadable[] = []
  for (const [id, load] of Object.entries(operations)) {
    entries.push(await loadable(commands, id, load, isDescribed))
  }
  const topic = {
    name: engine,
    description: plugin.oclif.topics?.[engine]?.description ?? `Commands of ${plugin.name}`,
  }
  return {
    _base: '@walg/host',
    alias: plugin.name,
    name: `${plugin.name}#${engine}`,
    version: plugin.version,
    type: plugin.origin,
    root: plugin.root,
    commands: entries,
    commandIDs: entries.map(({ id }) => id),
    commandsDir: undefined,
    topics: [topic, ...topicsBelow(engine, Object.keys(operations))],
    hooks: {},
    hasManifest: true,
    isRoot: false,
    moduleType: 'commonjs',
    options: { root: plugin.root },
    pjson: { name: plugin.name, version: plugin.version, oclif: {} } as Interfaces.PJSON,
    valid: true,
    load: async () => undefined,
    findCommand: (async (id: string) =>
      await entries.find((entry) => entry.id === id)?.load()) as Interfaces.Plugin['findCommand'],
  }
}

async function loadable(
  { plugin, engine }: EngineCommands,
  operationId: string,
  load: () => Promise<Operation>,
  isDescribed: boolean,
): Promise<Command.Loadable> {
  const id = [engine, ...operationId.split(' ')].join(':')
  const commandClass = async () => {
    const command = operationCommand(await load())
    command.id = id
    return command
  }
  const described = isDescribed ? await commandClass() : undefined
  return {
    id,
    aliases: [],
    hiddenAliases: [],
    hidden: described?.hidden ?? false,
    strict: false,
    pluginName: plugin.name,
    pluginType: plugin.origin,
    ...(described?.summary !== undefined && { summary: described.summary }),
    args: named(described?.args) as Command.Loadable['args'],
    flags: named(described?.flags) as Command.Loadable['flags'],
    load: commandClass,
  }
}

/** oclif's help finds names within flags and arguments. */
function named<T extends object>(entries: Readonly<Record<string, T>> = {}): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, { ...entry, name }]))
}

/**
 * `duck:delete` for the commands `duck delete …`. oclif's help leaves topics out that have nothing below them, as an engine that is not
 * loaded would.
 */
function topicsBelow(engine: string, ids: readonly string[]): readonly Interfaces.Topic[] {
  if (ids.length === 0) return [{ name: `${engine}:not-loaded`, hidden: true }]
  const below = new Map<string, string[]>()
  for (const [first = '', ...rest] of ids.map((id) => id.split(' '))) {
    if (rest.length > 0) below.set(first, [...(below.get(first) ?? []), rest.join(' ')])
  }
  return [...below].map(([word, rest]) => ({ name: `${engine}:${word}`, description: rest.join(', ') }))
}
