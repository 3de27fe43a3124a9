import {
  type CompressorDeclaration,
  type CrypterDeclaration,
  type EngineDeclaration,
  type PluginManifest,
  type StorageDeclaration,
  WalgError,
} from '@walg/sdk'
import type { PluginDescriptor } from './plugin-descriptor.js'

export type ContributionKind = keyof PluginManifest['contributes']

interface DeclarationByKind {
  readonly storages: StorageDeclaration
  readonly compressors: CompressorDeclaration
  readonly crypters: CrypterDeclaration
  readonly engines: EngineDeclaration
}

/** One contribution of one plugin. */
export interface Declared<K extends ContributionKind> {
  readonly plugin: PluginDescriptor
  readonly declaration: DeclarationByKind[K]
  /** Another plugin contributes the same, and nobody has said which one counts. */
  readonly conflict?: WalgError
}

/** Names that no two plugins may share, by kind. */
const NAMES: { readonly [K in ContributionKind]: (declaration: DeclarationByKind[K]) => readonly string[] } =
  {
    storages: ({ id, schemes, prefixSettings }) => [id, ...schemes, ...prefixSettings],
    compressors: ({ id, extension }) => [id, extension],
    crypters: ({ id, activatedBy }) => [id, ...activatedBy],
    engines: ({ id }) => [id],
  }

const SINGULAR = { storages: 'storage', compressors: 'compressor', crypters: 'crypter', engines: 'engine' }

/**
 * What the plugins contribute of one kind. Where two give the same, the one that is `preferred` counts alone; without a
 * preference each carries the conflict.
 */
export function effectiveDeclarations<K extends ContributionKind>(
  plugins: readonly PluginDescriptor[],
  kind: K,
  preferred: ReadonlySet<string>,
): readonly Declared<K>[] {
  const all = plugins.flatMap((plugin) =>
    ((plugin.manifest.contributes[kind] ?? []) as readonly DeclarationByKind[K][]).map((declaration) => ({
      plugin,
      declaration,
      names: new Set(NAMES[kind](declaration)),
    })),
  )
  return all.flatMap((one) => {
    const { plugin, declaration } = one
    const rival = all.find(
      (other) => other.plugin !== plugin && [...other.names].some((name) => one.names.has(name)),
    )
    if (!rival || preferred.has(plugin.name)) return [{ plugin, declaration }]
    if (preferred.has(rival.plugin.name)) return []
    const name = [...one.names].find((shared) => rival.names.has(shared))!
    return [{ plugin, declaration, conflict: duplicate(SINGULAR[kind], name, plugin, rival.plugin) }]
  })
}

function duplicate(what: string, name: string, one: PluginDescriptor, other: PluginDescriptor): WalgError {
  const packages = [one, other].map((plugin) => plugin.name).sort()
  return new WalgError(
    'E_PLUGIN_DUPLICATE',
    `unable to choose the ${what} '${name}': both ${packages.join(' and ')} contribute it; ` +
      `uninstall one, or choose with WALG_PREFER_PLUGINS=${packages[0]} or ${packages[1]}`,
    { details: { what, name, packages } },
  )
}
