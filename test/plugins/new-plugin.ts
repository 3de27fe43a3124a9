import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../guards/repository.js'
import { runWalg } from '../support/run-walg.js'

/** What `npm install` would bring to a new package. */
const INSTALLED = {
  '@walg/sdk': 'src/sdk',
  '@walg/testkit': 'src/testkit',
  '@types/node': 'node_modules/@types/node',
  esbuild: 'node_modules/esbuild',
  typescript: 'node_modules/typescript',
  '.bin': 'node_modules/.bin',
}

/** Gives a new package what it is developed with, as links into this checkout. */
export function linkDependencies(folder: string): void {
  for (const [name, source] of Object.entries(INSTALLED)) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, source), link)
  }
}

export interface NewPlugin {
  readonly name: string
  readonly kind: 'storage' | 'codec' | 'crypter' | 'engine'
  /** Files that the author changes: path to content. */
  readonly files?: Readonly<Record<string, string>>
}

/** Writes a plugin below a folder as an author would, with `walg plugins create`, and builds it. Gives its folder. */
export async function newPlugin(parent: string, { name, kind, files = {} }: NewPlugin): Promise<string> {
  const { code, stderr } = await runWalg(['plugins', 'create', name, '--kind', kind], { cwd: parent })
  if (code !== 0) throw new Error(stderr)
  const folder = join(parent, name)
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  linkDependencies(folder)
  execFileSync('npm', ['run', 'build', '--offline'], { cwd: folder, stdio: 'pipe' })
  return folder
}
