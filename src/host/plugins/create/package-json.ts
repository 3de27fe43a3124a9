import type { PluginManifest } from '@walg/sdk'
import type { NewPluginKind, PluginNames } from './plugin-names.js'

export const LANGUAGES = ['typescript', 'javascript'] as const
export type Language = (typeof LANGUAGES)[number]

/** Versions of what a new package is built and tested with. */
export interface ToolVersions {
  /** Of walg, its SDK and its kits. */
  readonly walg: string
  readonly esbuild: string
  readonly typescript: string
  readonly nodeTypes: string
}

/** The module of a plugin, without ending. */
export const moduleOf = (kind: NewPluginKind): string => kind

/** The `walg` section: what the plugin adds. */
export function manifestOf(kind: NewPluginKind, { id, settingPart }: PluginNames, apiVersion: number) {
  const module = `./dist/${moduleOf(kind)}.cjs`
  const manifests: Readonly<Record<NewPluginKind, Omit<PluginManifest, 'apiVersion'>>> = {
    storage: {
      contributes: {
        storages: [{ id, schemes: [id], prefixSettings: [`WALG_${settingPart}_PREFIX`], module }],
      },
      settings: [`WALG_${settingPart}_PREFIX`],
    },
    codec: { contributes: { compressors: [{ id, extension: id, module }] } },
    crypter: {
      contributes: { crypters: [{ id, activatedBy: [`WALG_${settingPart}_KEY`], module }] },
      settings: [`WALG_${settingPart}_KEY`],
      secretSettings: [`WALG_${settingPart}_KEY`],
    },
    engine: {
      contributes: { engines: [{ id, module }] },
      settings: [`WALG_${settingPart}_DIRECTORY`],
    },
  }
  return { apiVersion, ...manifests[kind] }
}

/**
 * The package.json of a new plugin. The SDK is bundled into the module, so nothing has to be installed beside it; what is
 * needed to build and to test are devDependencies.
 */
export function packageJsonOf(
  kind: NewPluginKind,
  language: Language,
  names: PluginNames,
  apiVersion: number,
  versions: ToolVersions,
): string {
  const isTyped = language === 'typescript'
  const module = moduleOf(kind)
  const bundle = 'esbuild --bundle --platform=node --target=node20 --log-level=warning'
  const source = `src/${module}.${isTyped ? 'ts' : 'js'}`
  const content = {
    name: names.packageName,
    version: '0.1.0',
    description: `walg plugin: the ${kind} ${names.id}`,
    keywords: ['walg', 'walg-plugin', `walg-${kind}`],
    type: 'module',
    engines: { node: '>=20.19' },
    files: ['dist'],
    oclif: {},
    walg: manifestOf(kind, names, apiVersion),
    scripts: {
      build: `${bundle} --format=cjs --outfile=dist/${module}.cjs ${source}`,
      ...(isTyped && { types: 'tsc' }),
      test: isTyped
        ? `${bundle} --format=esm --packages=external --outfile=build/conformance.test.mjs test/conformance.test.ts && node --test build/conformance.test.mjs`
        : 'node --test test/conformance.test.js',
      prepack: 'npm run build',
    },
    devDependencies: {
      ...(isTyped && { '@types/node': versions.nodeTypes }),
      '@walg/sdk': `^${versions.walg}`,
      '@walg/testkit': `^${versions.walg}`,
      esbuild: versions.esbuild,
      ...(isTyped && { typescript: versions.typescript }),
    },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** For `npm run types` and for editors; the bundle is esbuild's business. */
export function tsconfigOf(): string {
  const content = {
    compilerOptions: {
      target: 'ES2023',
      lib: ['ES2023'],
      types: ['node'],
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['src', 'test'],
  }
  return `${JSON.stringify(content, null, 2)}\n`
}
