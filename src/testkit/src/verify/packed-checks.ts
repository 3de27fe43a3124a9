import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { LOADS, LOADS_OPERATIONS } from './module-checks.js'
import { findNpm, packedFiles } from './npm-pack.js'
import { hasCommands, OCLIF_MANIFEST } from './package-checks.js'
import type { Findings, PluginCheck } from './plugin-check.js'
import { asList, asRecord, type Subject } from './subject.js'

const HOLDS_ALL = 'the packed package holds every file that it declares'

/** What others get when the package is published. What is installed has been packed already. */
export const packedChecks: readonly PluginCheck[] = [
  {
    name: HOLDS_ALL,
    after: [LOADS],
    appliesTo: isSource,
    async run(subject) {
      const packed = await packedBy(subject)
      if ('skipped' in packed) return packed
      const wanted = subject.modules.map(({ path }) => normalize(path))
      if (hasCommands(subject)) wanted.push(OCLIF_MANIFEST)
      const files = new Set(packed.files)
      return [...new Set(wanted)].flatMap((path) =>
        files.has(path) ? [] : [`${path} would not be packed; see "files" of package.json`],
      )
    },
  },
  {
    name: 'the packed package loads with nothing but its dependencies',
    after: [HOLDS_ALL, LOADS_OPERATIONS],
    appliesTo: isSource,
    async run(subject) {
      const packed = await packedBy(subject)
      if ('skipped' in packed) return packed
      const folder = mkdtempSync(join(tmpdir(), 'walg-verify-'))
      try {
        const copy = join(folder, 'package')
        for (const path of packed.files)
          cpSync(join(subject.dir, path), join(copy, path), { recursive: true })
        linkDependencies(subject, copy)
        return await loadedFrom(subject, copy)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  },
]

function isSource({ options }: Subject): boolean {
  return options.isInstalled !== true
}

async function packedBy({
  dir,
  options,
}: Subject): Promise<{ readonly files: readonly string[] } | { readonly skipped: string }> {
  const npm = options.npm ?? findNpm()
  if (npm === undefined) return { skipped: 'npm is neither beside node nor in PATH' }
  if (!existsSync(npm)) return { skipped: `there is no ${npm}` }
  return { files: await packedFiles(npm, dir, options.signal) }
}

/** What npm would install beside the package; optional ones, and those of others, as far as they are there. */
function linkDependencies({ dir, packageJson }: Subject, copy: string): void {
  const optionalPeers = asRecord(packageJson['peerDependenciesMeta'])
  const names = ['dependencies', 'optionalDependencies', 'peerDependencies']
    .flatMap((member) => Object.keys(asRecord(packageJson[member])))
    .filter((name) => asRecord(optionalPeers[name])['optional'] !== true)
  const bundled = new Set([
    ...asList(packageJson['bundleDependencies']),
    ...asList(packageJson['bundledDependencies']),
  ])
  for (const name of new Set(names)) {
    const source = bundled.has(name) ? undefined : installedAt(dir, name)
    if (source === undefined) continue
    const link = join(copy, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(source, link, 'junction')
  }
}

/** Where node would find a package, from a folder upwards. */
function installedAt(dir: string, name: string): string | undefined {
  for (let folder = realpathSync(dir); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(candidate)) return realpathSync(candidate)
    if (folder === dirname(folder)) return undefined
  }
}

async function loadedFrom(subject: Subject, copy: string): Promise<Findings> {
  const complaints: string[] = []
  for (const { path } of subject.modules) {
    const { operations, failure } = await subject.load(path, copy)
    if (!operations) complaints.push(`${path}: ${failure}`)
    for (const { key, failure: why } of operations ?? [])
      if (why !== undefined) complaints.push(`${path}: ${key}: ${why}`)
  }
  return complaints
}
