import type { PluginManifest } from '@walg/sdk'

/** A plugin as its package.json describes it. */
export interface PluginDescriptor {
  /** Package name. */
  readonly name: string
  readonly version: string
  /** Folder of the package. */
  readonly root: string
  /** Where it comes from: `core` ships with walg, `user` was installed, `dev` is linked. */
  readonly origin: string
  readonly manifest: PluginManifest
}

/** The descriptor of a package, when it is a plugin of walg at all. */
export function describePlugin(
  packageJson: { readonly name?: unknown; readonly version?: unknown; readonly walg?: unknown },
  root: string,
  origin: string,
): PluginDescriptor | undefined {
  const { name, version, walg } = packageJson
  if (typeof name !== 'string' || typeof walg !== 'object' || walg === null) return undefined
  const manifest = walg as PluginManifest
  return {
    name,
    version: String(version),
    root,
    origin,
    manifest: { ...manifest, contributes: manifest.contributes ?? {} },
  }
}
