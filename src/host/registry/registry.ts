import type { DeclaredEngine, PluginRegistry } from '@walg/core'
import {
  type CompressorContribution,
  type CompressorModule,
  type CrypterContribution,
  type CrypterModule,
  type Decompressor,
  type EngineContribution,
  type Settings,
  type StorageContribution,
  type StorageModule,
  WalgError,
} from '@walg/sdk'
import { type ContributionKind, type Declared, effectiveDeclarations } from './effective-declarations.js'
import { loadContribution } from './load-contribution.js'
import {
  codecPackage,
  enginePackage,
  knownCrypters,
  knownStorages,
  missingPlugin,
  missingSecrets,
} from './missing-plugins.js'
import type { PluginDescriptor } from './plugin-descriptor.js'

/** In which WAL-G looks for objects whose codec it does not know; others come after. */
const EXTENSION_ORDER = ['lz4', 'lzma', 'gz', 'br', 'lzo', 'zst']

/**
 * Finds what installed plugins declare, and loads a module only when it is asked for. A plugin that cannot be used, or whose ids
 * are taken, makes only those calls fail that ask for it.
 */
export class Registry implements PluginRegistry {
  readonly #plugins: readonly PluginDescriptor[]
  /** By kind and preference: one start asks a dozen times. */
  readonly #effective = new Map<string, readonly Declared<ContributionKind>[]>()

  constructor(plugins: readonly PluginDescriptor[]) {
    this.#plugins = plugins
  }

  get plugins(): readonly PluginDescriptor[] {
    return this.#plugins
  }

  async storage(settings: Settings): Promise<StorageModule> {
    const found = this.#selectStorage(settings)
    return await loadContribution<StorageContribution>(found.plugin, found.declaration, 'storage')
  }

  /** WAL-G's order decides between several prefixes; storages that it does not know come after. */
  #selectStorage(settings: Settings): Declared<'storages'> {
    const isSet = (name: string) => (settings.text(name) ?? '') !== ''
    for (const known of knownStorages()) {
      const prefix = known.prefixSettings.find(isSet)
      if (prefix === undefined) continue
      const found = this.#find('storages', ({ prefixSettings }) => prefixSettings.includes(prefix))
      if (found) return found
      throw this.#withRefused(missingPlugin(prefix, known.packageName))
    }
    const other = this.#find('storages', ({ prefixSettings }) => prefixSettings.some(isSet))
    if (other) return other
    const installed = this.#all('storages').map(({ declaration }) => declaration)
    const names = [...knownStorages(), ...installed]
      .map(({ prefixSettings }) => prefixSettings[0])
      .filter((name, index, all) => all.indexOf(name) === index)
    throw this.#withRefused(
      new WalgError('E_STORAGE_CONFIG', `unable to find a storage: none of ${names.join(', ')} is set`),
    )
  }

  async compressor(id: string): Promise<CompressorModule> {
    const found = this.#find('compressors', (declaration) => declaration.id === id)
    if (found && !found.declaration.isReadOnly)
      return await loadContribution<CompressorContribution>(found.plugin, found.declaration, 'compressor')
    const packageName = found ? undefined : codecPackage(id)
    if (packageName) throw this.#withRefused(missingPlugin(`WALG_COMPRESSION_METHOD=${id}`, packageName))
    const writing = this.#all('compressors').filter(({ declaration }) => !declaration.isReadOnly)
    const ids = writing.map(({ declaration }) => declaration.id)
    const why = found ? 'this codec only reads' : 'no codec has this name'
    throw this.#withRefused(
      new WalgError(
        'E_SETTING_INVALID',
        `unable to use WALG_COMPRESSION_METHOD=${id}: ${why}; there are ${[...ids, 'none'].join(', ')}`,
      ),
    )
  }

  async compressorFor(extension: string): Promise<CompressorModule<Decompressor> | undefined> {
    const found = this.#find('compressors', (declaration) => declaration.extension === extension)
    if (found)
      return await loadContribution<CompressorContribution<Decompressor>>(
        found.plugin,
        found.declaration,
        'compressor',
      )
    const packageName = codecPackage(extension)
    if (packageName) throw this.#withRefused(missingPlugin(`objects that end in .${extension}`, packageName))
    return undefined
  }

  extensions(): readonly string[] {
    const installed = new Set(this.#all('compressors').map(({ declaration }) => declaration.extension))
    const known = EXTENSION_ORDER.filter((extension) => installed.delete(extension))
    return [...known, ...installed]
  }

  async crypter(settings: Settings): Promise<CrypterModule | undefined> {
    const isGiven = (name: string) => settings.text(name) !== undefined
    const wanted = new Map<string, { readonly setting: string; readonly found: Declared<'crypters'> }>()
    const names = [
      ...knownCrypters().keys(),
      ...this.#all('crypters').flatMap((c) => c.declaration.activatedBy),
    ]
    for (const setting of names.filter(isGiven)) {
      const found = this.#find('crypters', ({ activatedBy }) => activatedBy.includes(setting))
      // Never go on without: what should be encrypted would be stored for everybody to read.
      if (!found) throw this.#withRefused(missingPlugin(setting, knownCrypters().get(setting) ?? setting))
      if (!wanted.has(found.declaration.id)) wanted.set(found.declaration.id, { setting, found })
    }
    if (wanted.size > 1) throw severalCrypters(wanted)
    const [one] = wanted.values()
    if (one === undefined) return undefined
    return await loadContribution<CrypterContribution>(one.found.plugin, one.found.declaration, 'crypter')
  }

  async engine(id: string): Promise<EngineContribution> {
    const found = this.#find('engines', (declaration) => declaration.id === id)
    if (found) return await loadContribution<EngineContribution>(found.plugin, found.declaration, 'engine')
    const packageName = enginePackage(id)
    if (packageName) throw this.#withRefused(missingPlugin(`the engine ${id}`, packageName))
    throw this.#withRefused(
      new WalgError('E_PLUGIN_MISSING', `unable to find an engine '${id}': no installed plugin has it`),
    )
  }

  declaredEngine(id: string): DeclaredEngine | undefined {
    const found = this.#find('engines', (declaration) => declaration.id === id)
    return found && { declaration: found.declaration, root: found.plugin.root }
  }

  /** The plugin that has an engine; undefined when none has. */
  pluginOfEngine(id: string): PluginDescriptor | undefined {
    return this.#find('engines', (declaration) => declaration.id === id)?.plugin
  }

  /** Every engine that can be used, with its plugin. */
  usableEngines(): readonly Declared<'engines'>[] {
    return this.#all('engines').filter(({ plugin, conflict }) => !plugin.problem && !conflict)
  }

  settingNames(): readonly string[] {
    // What asks for a crypter that is not there must not pass for a typing error.
    return [...knownCrypters().keys(), ...this.#plugins.flatMap(({ manifest }) => manifest.settings ?? [])]
  }

  secretSettingNames(): readonly string[] {
    return [...missingSecrets(), ...this.#plugins.flatMap(({ manifest }) => manifest.secretSettings ?? [])]
  }

  /** Undefined when no plugin has it; rejects when the one that has it may not be used. */
  #find<K extends ContributionKind>(
    kind: K,
    isWanted: (declaration: Declared<K>['declaration']) => boolean,
  ): Declared<K> | undefined {
    const found = this.#all(kind).find(({ declaration }) => isWanted(declaration))
    const problem = found?.plugin.problem ?? found?.conflict
    if (problem) throw problem
    return found
  }

  /** The preference may come from a config file, which is read after the registry is made: so it is asked for each time. */
  #all<K extends ContributionKind>(kind: K): readonly Declared<K>[] {
    const id = `${kind} ${process.env['WALG_PREFER_PLUGINS'] ?? ''}`
    let all = this.#effective.get(id)
    if (all === undefined) {
      all = effectiveDeclarations(this.#plugins, kind, preferredPlugins())
      this.#effective.set(id, all)
    }
    return all as readonly Declared<K>[]
  }

  /** Plugins whose contributions nobody can read may be what was looked for. */
  #withRefused(error: WalgError): WalgError {
    const refused = this.#plugins.filter(
      ({ problem, manifest }) => problem && Object.keys(manifest.contributes).length === 0,
    )
    if (refused.length === 0) return error
    const reasons = refused.map(({ problem }) => problem?.message).join('; ')
    return new WalgError(error.code, `${error.message} (refused: ${reasons})`, {
      details: error.details,
      cause: error,
    })
  }
}

/** WAL-G would take the first, and leave the reader to guess which. */
function severalCrypters(wanted: ReadonlyMap<string, { readonly setting: string }>): WalgError {
  const each = [...wanted].map(([id, { setting }]) => `${setting} (${id})`)
  return new WalgError(
    'E_SETTING_INVALID',
    `unable to choose how to encrypt: ${each.join(' and ')} are set; leave only those of one crypter`,
  )
}

/** Packages that count where several contribute the same. */
export function preferredPlugins(): ReadonlySet<string> {
  const names = (process.env['WALG_PREFER_PLUGINS'] ?? '').split(',').map((name) => name.trim())
  return new Set(names.filter((name) => name !== ''))
}
