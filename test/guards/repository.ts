import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

export interface PackageJson {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly engines?: Readonly<Record<string, string>>
  readonly workspaces?: readonly string[]
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly oclif?: { readonly plugins?: readonly string[] }
}

/** Text of a file, path relative to the repository. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** `folder` is relative to the repository, `.` for the host. */
export function packageOf(folder: string): PackageJson {
  return JSON.parse(textOf(join(folder, 'package.json'))) as PackageJson
}

/** Folders of all workspace packages, the host as `.`, with `*` at the end of a pattern expanded. */
export function packageFolders(): readonly string[] {
  const patterns = packageOf('.').workspaces ?? []
  return patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    return readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`)
  })
}

/** Paths that git tracks, `/`-separated: what a clone holds. Files deleted but not yet committed are left out. */
export function trackedFiles(): readonly string[] {
  const git = (...args: string[]) =>
    execFileSync('git', ['ls-files', '-z', ...args], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })
      .split('\0')
      .filter((path) => path !== '')
  const deleted = new Set(git('--deleted'))
  return git().filter((path) => !deleted.has(path))
}

/** TypeScript sources below `src/` and `plugins/` as they are on disk, tests and build output left out. */
export function sourceFiles(): readonly string[] {
  return ['src', 'plugins'].flatMap((folder) => walk(folder)).sort()
}

const NO_SOURCES = new Set(['node_modules', 'dist', 'test'])

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return NO_SOURCES.has(entry.name) ? [] : walk(path)
    return /\.[cm]?ts$/.test(entry.name) ? [path] : []
  })
}
