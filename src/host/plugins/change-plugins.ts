import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WalgError } from '@walg/sdk'
import type { HostProgram } from '../host-program.js'
import { dataDirectory } from '../registry/data-directory.js'
import { corePlugins, type ListedPlugin, listedPlugins, pluginsOf } from '../registry/installed-plugins.js'
import type { PluginDescriptor } from '../registry/plugin-descriptor.js'
import { checkGeneration } from './check-generation.js'
import { changeGeneration } from './generations.js'
import { type NpmOptions, npmProgram, runNode } from './npm.js'
import { dropUnusedFiles, keepPackedFile, type PluginSource } from './plugin-source.js'

/** Changes the set of installed plugins; each change is made as a whole or not at all. */
export class PluginChanges {
  readonly #host: HostProgram
  readonly #npm: NpmOptions

  constructor(host: HostProgram, npm: NpmOptions = {}) {
    this.#host = host
    this.#npm = npm
  }

  /** Installs or updates one plugin, and says which it was. */
  async install(source: PluginSource): Promise<PluginDescriptor> {
    if (source.kind === 'npm') {
      const [name] = /^(@[^/]+\/)?[^@/:]+/.exec(source.spec) ?? []
      return await this.#add(
        async (folder) => await this.#oclif('install', [source.spec], folder),
        (entry) => entry.name === name,
      )
    }
    let kept = ''
    return await this.#add(
      async (folder) => {
        const packed = source.kind === 'file' ? source.path : await this.#pack(source.path, folder)
        kept = keepPackedFile(packed, folder)
        if (source.kind === 'folder') rmSync(packed)
        await this.#oclif('install', [kept], folder, source.path)
      },
      (entry) => entry.url === kept,
    )
  }

  /** Uses a package from the folder in which somebody works on it. */
  async link(root: string): Promise<PluginDescriptor> {
    return await this.#add(
      async (folder) => await this.#oclif('link', [root, '--no-install'], folder),
      (entry) => entry.root === root,
    )
  }

  async uninstall(name: string): Promise<void> {
    const { plugins } = this.#host.registry
    const isInstalled = plugins.some((plugin) => plugin.name === name && plugin.origin !== 'core')
    if (!isInstalled) throw this.#notInstalled(name)
    await this.#change(async (folder) => await this.#oclif('uninstall', [name], folder))
  }

  /** Brings every plugin that came from a registry to its newest version. Gives those that are another version now. */
  async update(): Promise<readonly PluginDescriptor[]> {
    return await this.#change(async (folder) => await this.#oclif('update', [], folder))
  }

  /** Removes all installed and linked plugins, also where their list cannot be read any more. */
  async reset(): Promise<void> {
    await this.#change(async () => undefined, true)
  }

  /** A change that is about one plugin. It may be there already, as it is: then `isIt` finds it. */
  async #add(
    run: (folder: string) => Promise<void>,
    isIt: (entry: ListedPlugin) => boolean,
  ): Promise<PluginDescriptor> {
    let isThere: PluginDescriptor | undefined
    const changed = await this.#change(async (folder) => {
      await run(folder)
      const name = listedPlugins(folder).find(isIt)?.name
      isThere = pluginsOf(folder).find((plugin) => plugin.name === name)
    })
    return changed[0] ?? isThere!
  }

  /** Gives the plugins that are new or other than before; all of them have been checked. */
  async #change(
    run: (folder: string) => Promise<void>,
    isFresh = false,
  ): Promise<readonly PluginDescriptor[]> {
    const core = corePlugins(this.#host.root)
    let changed: readonly PluginDescriptor[] = []
    await changeGeneration({
      directory: dataDirectory(),
      isFresh,
      change: async (folder) => {
        const before = new Set(listedPlugins(folder).map((entry) => identityOf(folder, entry)))
        await run(folder)
        dropUnusedFiles(folder)
        const names = listedPlugins(folder)
          .filter((entry) => !before.has(identityOf(folder, entry)))
          .map(({ name }) => name)
        changed = pluginsOf(folder).filter(({ name }) => names.includes(name))
      },
      check: async (folder) => await checkGeneration({ folder, core, hostRoot: this.#host.root, changed }),
    })
    return changed
  }

  /** `what` is the plugin as the user named it. */
  async #oclif(
    command: string,
    args: readonly string[],
    folder: string,
    what = args[0] ?? 'the plugins',
  ): Promise<void> {
    const program = join(this.#host.root, 'dist', 'plugin-manager.cjs')
    const argv = [program, this.#host.root, `plugins:${command}`, ...args]
    // Folders that npm makes must not be writable for the group, whatever the umask of the user: they would be refused.
    const umask = process.umask(0o022)
    try {
      await runNode({
        args: argv,
        cwd: folder,
        env: { WALG_DATA_DIR: folder, WALG_NPM_LOG_LEVEL: 'error' },
        npm: this.#npm,
      })
    } catch (error) {
      throw new WalgError('E_PLUGIN_INSTALL', `unable to ${command} ${what}: ${(error as Error).message}`, {
        cause: error,
      })
    } finally {
      process.umask(umask)
    }
  }

  /** npm would link a folder; what is installed must not change when its author goes on working. */
  async #pack(path: string, folder: string): Promise<string> {
    const args = [npmProgram(this.#host.root), 'pack', path, '--json', '--pack-destination', folder]
    const [packed] = JSON.parse(await runNode({ args, cwd: folder, npm: this.#npm }))
    return join(folder, basename(packed.filename))
  }

  #notInstalled(name: string): WalgError {
    const { plugins } = this.#host.registry
    const isCore = plugins.some((plugin) => plugin.name === name)
    const why = isCore ? 'it ships with walg' : 'it is not installed; walg plugins shows what is'
    return new WalgError('E_USAGE', `unable to uninstall ${name}: ${why}`, { details: { name } })
  }
}

/** What tells one plugin of a generation from another of the same name: where it came from, and its version. */
function identityOf(folder: string, entry: ListedPlugin): string {
  const version = pluginsOf(folder).find(({ name }) => name === entry.name)?.version
  return JSON.stringify([entry.name, entry.type, entry.root, entry.url, version])
}
