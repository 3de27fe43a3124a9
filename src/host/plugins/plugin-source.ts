import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { WalgError } from '@walg/sdk'

/** What a user asks to install. */
export type PluginSource =
  /** A name, with `@version` or a tag, or a URL: for npm to find. */
  | { readonly kind: 'npm'; readonly spec: string }
  /** A packed file. */
  | { readonly kind: 'file'; readonly path: string }
  /** A folder that holds a package. */
  | { readonly kind: 'folder'; readonly path: string }

/** Reads `name`, `name@version`, `file:…`, `./x.tgz`, a folder, or a URL of git or a web server. */
export function parsePluginSource(text: string): PluginSource {
  const path = localPath(text)
  if (path === undefined) return { kind: 'npm', spec: text }
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) throw notThere(text, path)
  return stats.isDirectory() ? { kind: 'folder', path } : { kind: 'file', path }
}

/** Paths look like paths, as for npm; a plain word is the name of a package even where a folder of that name exists. */
function localPath(text: string): string | undefined {
  if (text.startsWith('file:')) return resolve(text.slice('file:'.length).replace(/^\/\/(?=\/)/, ''))
  if (text.startsWith('~/')) return join(homedir(), text.slice(2))
  if (/^\.{0,2}\//.test(text) || text === '.' || text === '..') return resolve(text)
  if (/\.(tgz|tar\.gz)$/.test(text) && !/^[a-z+]+:/.test(text)) return resolve(text)
  return undefined
}

function notThere(text: string, path: string): WalgError {
  return new WalgError('E_USAGE', `unable to install ${text}: there is no file or folder ${path}`, {
    details: { path },
  })
}

/**
 * Puts a packed file into the generation, so that this needs nothing else, wherever it is copied to. Returns what npm is to
 * install. The name tells the content: npm would take two files of one name for the same.
 */
export function keepPackedFile(path: string, generation: string): string {
  const folder = join(generation, 'packages')
  mkdirSync(folder, { recursive: true })
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12)
  const name = `${basename(path).replace(/\.(tgz|tar\.gz)$/, '')}-${digest}.tgz`
  if (!existsSync(join(folder, name))) copyFileSync(path, join(folder, name))
  return `file:packages/${name}`
}

/** Removes packed files that no plugin of the generation comes from any more. */
export function dropUnusedFiles(generation: string): void {
  const folder = join(generation, 'packages')
  if (!existsSync(folder)) return
  const { dependencies = {} } = JSON.parse(readFileSync(join(generation, 'package.json'), 'utf8'))
  const used = new Set(Object.values<string>(dependencies).map((spec) => basename(spec)))
  for (const name of readdirSync(folder)) if (!used.has(name)) rmSync(join(folder, name))
}

/** The absolute path of a folder with a package. Rejects with `E_USAGE`. */
export function packageFolderAt(text: string): string {
  const path = resolve(text)
  if (existsSync(join(path, 'package.json'))) return path
  throw new WalgError('E_USAGE', `unable to link ${text}: there is no package.json in ${path}`, {
    details: { path },
  })
}
