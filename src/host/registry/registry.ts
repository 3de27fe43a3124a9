import type { DeclaredEngine, PluginRegistry } from '@walg/core'
import {
  type CompressorContribution,
  type CompressorDeclaration,
  type CompressorModule,
  type CrypterContribution,
  type CrypterModule,
  type EngineContribution,
  type Settings,
  type StorageContribution,
  type StorageDeclaration,
  type StorageModule,
  WalgError,
} from '@walg/sdk'
import { loadContribution } from './load-contribution.js'
import {
  codecPackage,
  enginePackage,
  knownCrypters,
  knownStorages,
  missingPlugin,
} from './missing-plugins.js'
import type { PluginDescriptor } from './plugin-descriptor.js'

interface Declared<D> {
  readonly plugin: PluginDescriptor
  readonly declaration: D
}

/** Finds what installed plugins declare, and loads a module only when it is asked for. */
export class Registry implements PluginRegistry {
  readonly #plugins: readonly PluginDescriptor[]

  constructor(plugins: readonly PluginDescriptor[]) {
    this.#plugins = plugins
    this.#requireUnique('storage', this.#all('storages'), ({ id, schemes }) => [id, ...schemes])
    this.#requireUnique('compressor', this.#all('compressors'), ({ id, extension }) => [id, extension])
    this.#requireUnique('crypter', this.#all('crypters'), ({ id }) => [id])
    this.#requireUnique('engine', this.#all('engines'), ({ id }) => [id])
  }

  get plugins(): readonly PluginDescriptor[] {
    return this.#plugins
  }

  async storage(settings: Settings): Promise<StorageModule> {
    const found = this.#selectStorage(settings)
    return await loadContribution<StorageContribution>(found.plugin, found.declaration, 'storage')
  }

  /** WAL-G's order decides between several prefixes; storages that it does not know come after. */
  #selectStorage(settings: Settings): Declared<StorageDeclaration> {
    const isSet = (name: string) => (settings.text(name) ?? '') !== ''
    const installed = this.#all('storages')
    for (const known of knownStorages()) {
      const prefix = known.prefixSettings.find(isSet)
      if (prefix === undefined) continue
      const found = installed.find(({ declaration }) => declaration.prefixSettings.includes(prefix))
      if (found) return found
      throw missingPlugin(prefix, known.packageName)
    }
    const other = installed.find(({ declaration }) => declaration.prefixSettings.some(isSet))
    if (other) return other
    const names = [...knownStorages(), ...installed.map(({ declaration }) => declaration)]
      .map(({ prefixSettings }) => prefixSettings[0])
      .filter((name, index, all) => all.indexOf(name) === index)
    throw new WalgError('E_STORAGE_CONFIG', `unable to find a storage: none of ${names.join(', ')} is set`)
  }

  async compressor(id: string): Promise<CompressorModule> {
    const found = this.#all('compressors').find(({ declaration }) => declaration.id === id)
    if (found)
      return await loadContribution<CompressorContribution>(found.plugin, found.declaration, 'compressor')
    const packageName = codecPackage(id)
    if (packageName) throw missingPlugin(`WALG_COMPRESSION_METHOD=${id}`, packageName)
    const ids = this.#all('compressors').map(({ declaration }) => declaration.id)
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to use WALG_COMPRESSION_METHOD=${id}: no codec has this name; there are ${[...ids, 'none'].join(', ')}`,
    )
  }

  async compressorFor(extension: string): Promise<CompressorModule | undefined> {
    const found = this.#all('compressors').find(({ declaration }) => declaration.extension === extension)
    if (found)
      return await loadContribution<CompressorContribution>(found.plugin, found.declaration, 'compressor')
    const packageName = codecPackage(extension)
    if (packageName) throw missingPlugin(`objects that end in .${extension}`, packageName)
    return undefined
  }

  extensions(): readonly string[] {
    return this.#all('compressors').map(
      ({ declaration }: Declared<CompressorDeclaration>) => declaration.extension,
    )
  }

  async crypter(settings: Settings): Promise<CrypterModule | undefined> {
    const isSet = (name: string) => (settings.text(name) ?? '') !== ''
    for (const [setting, packageName] of knownCrypters()) {
      if (!isSet(setting)) continue
      const found = this.#all('crypters').find(({ declaration }) => declaration.activatedBy.includes(setting))
      // Never go on without: what should be encrypted would be stored for everybody to read.
      if (!found) throw missingPlugin(setting, packageName)
      return await loadContribution<CrypterContribution>(found.plugin, found.declaration, 'crypter')
    }
    const other = this.#all('crypters').find(({ declaration }) => declaration.activatedBy.some(isSet))
    return other && (await loadContribution<CrypterContribution>(other.plugin, other.declaration, 'crypter'))
  }

  async engine(id: string): Promise<EngineContribution> {
    const found = this.#all('engines').find(({ declaration }) => declaration.id === id)
    if (found) return await loadContribution<EngineContribution>(found.plugin, found.declaration, 'engine')
    const packageName = enginePackage(id)
    if (packageName) throw missingPlugin(`the engine ${id}`, packageName)
    throw new WalgError('E_PLUGIN_MISSING', `unable to find an engine '${id}': no installed plugin has it`)
  }

  declaredEngine(id: string): DeclaredEngine | undefined {
    const found = this.#all('engines').find(({ declaration }) => declaration.id === id)
    return found && { declaration: found.declaration, root: found.plugin.root }
  }

  settingNames(): readonly string[] {
    return this.#plugins.flatMap(({ manifest }) => manifest.settings ?? [])
  }

  secretSettingNames(): readonly string[] {
    return this.#plugins.flatMap(({ manifest }) => manifest.secretSettings ?? [])
  }

  #all<K extends keyof PluginDescriptor['manifest']['contributes']>(
    kind: K,
  ): readonly Declared<NonNullable<PluginDescriptor['manifest']['contributes'][K]>[number]>[] {
    return this.#plugins.flatMap((plugin) =>
      (plugin.manifest.contributes[kind] ?? []).map((declaration) => ({ plugin, declaration })),
    ) as readonly Declared<NonNullable<PluginDescriptor['manifest']['contributes'][K]>[number]>[]
  }

  #requireUnique<D>(
    what: string,
    all: readonly Declared<D>[],
    namesOf: (declaration: D) => readonly string[],
  ): void {
    const owners = new Map<string, string>()
    for (const { plugin, declaration } of all) {
      for (const name of new Set(namesOf(declaration))) {
        const owner = owners.get(name)
        if (owner !== undefined && owner !== plugin.name) {
          throw new WalgError(
            'E_PLUGIN_DUPLICATE',
            `unable to choose the ${what} '${name}': both ${owner} and ${plugin.name} contribute it; uninstall one`,
            { details: { what, name, packages: [owner, plugin.name] } },
          )
        }
        owners.set(name, plugin.name)
      }
    }
  }
}
