import { Config, type Interfaces, Plugin } from '@oclif/core'
import { sharedOperations } from '@walg/core'
import { HOST_KEY } from '@walg/core/cli'
import { enginePlugin, type Operations } from './engine-plugin.js'
import type { HostProgram } from './host-program.js'
import { packageFolder } from './registry/installed-plugins.js'
import type { PluginDescriptor } from './registry/plugin-descriptor.js'
import { stderrLog } from './stderr-log.js'

/**
 * oclif's config for a command line. oclif by itself would load code of every installed plugin, its hooks among it; so it gets to
 * know the host, the help, and the engines that can be used, and of those loads only what the command line names.
 */
export async function oclifConfig(argv: readonly string[], host: HostProgram): Promise<Config> {
  const plugins = [await loaded({ root: host.root, isRoot: true })]
  for (const { plugin, declaration } of host.registry.usableEngines()) {
    if (plugin.oclif.commands !== undefined)
      plugins.push(await loaded({ root: plugin.root, type: plugin.origin }))
    else plugins.push(await commandsOf(host, plugin, declaration.id, argv))
  }
  const help = packageFolder(host.root, '@oclif/plugin-help')
  if (help) plugins.push(await loaded({ root: help }))
  const options = {
    root: host.root,
    plugins: new Map(plugins.map((plugin) => [plugin.name, plugin])),
    [HOST_KEY]: host,
  }
  return await Config.load(options)
}

async function loaded(options: Interfaces.PluginOptions): Promise<Interfaces.Plugin> {
  const plugin = new Plugin(options)
  await plugin.load()
  return plugin
}

/** The commands of an engine, as far as the command line is about them; otherwise nothing of it is loaded. */
async function commandsOf(
  host: HostProgram,
  plugin: PluginDescriptor,
  engine: string,
  argv: readonly string[],
): Promise<Interfaces.Plugin> {
  const isNamed = argv[0] === engine || (argv[0] === 'help' && argv[1] === engine)
  const operations = isNamed
    ? await operationsOf(host, engine)
    : argv[0] === 'completion'
      ? await operationsIfAny(host, engine)
      : {}
  return await enginePlugin({ plugin, engine, operations, isDescribed: !isRun(engine, operations, argv) })
}

/** Whether the command line runs an operation, so that nobody wants to read about the others. */
function isRun(engine: string, operations: Operations, argv: readonly string[]): boolean {
  if (argv[0] !== engine || argv.includes('--help') || argv.includes('-h')) return false
  const words = argv.slice(1).join(' ')
  return Object.keys(operations).some((id) => words === id || words.startsWith(`${id} `))
}

/** What completes all commands does without those of an engine that does not load. */
async function operationsIfAny(host: HostProgram, engine: string): Promise<Operations> {
  try {
    return await operationsOf(host, engine)
  } catch (error) {
    stderrLog().warn(`commands of ${engine} are left out: ${(error as Error).message}`)
    return {}
  }
}

/** What the engine brings, and before it what every engine with a catalogue gets. */
async function operationsOf(host: HostProgram, engine: string): Promise<Operations> {
  const contribution = await host.registry.engine(engine)
  const shared = Object.entries(sharedOperations(contribution))
  return {
    ...Object.fromEntries(shared.map(([id, operation]) => [id, async () => operation])),
    ...contribution.operations,
  }
}
