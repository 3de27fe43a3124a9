import { existsSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { extname, join } from 'node:path'
import { WalgError } from '@walg/sdk'

/** WAL-G's order of names in the home folder; the first that is there counts. */
const HOME_EXTENSIONS = [
  'json',
  'toml',
  'yaml',
  'yml',
  'properties',
  'props',
  'prop',
  'hcl',
  'tfvars',
  'dotenv',
  'env',
  'ini',
]

/** Settings whose values are maps. */
const NESTED = new Set(['WALG_FAILOVER_STORAGES', 'WALG_STATSD_EXTRA_TAGS'])

export interface ConfigFile {
  readonly path: string
  /** Upper-case names; values as text, maps as JSON. */
  readonly values: ReadonlyMap<string, string>
}

/** The config file that applies: the named one, else `.walg.*` of the home folder. Rejects with `E_CONFIG_FILE`. */
export async function readConfigFile(named: string | undefined): Promise<ConfigFile | undefined> {
  const path = named ?? homeConfig()
  if (path === undefined) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message
    throw configError(path, why, error)
  }
  let document: unknown
  try {
    document = await parse(path, text)
  } catch (error) {
    throw configError(path, (error as Error).message.split('\n')[0] ?? 'malformed', error)
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw configError(path, 'it holds no names with values')
  }
  return { path, values: flatten(path, document as Readonly<Record<string, unknown>>) }
}

async function parse(path: string, text: string): Promise<unknown> {
  switch (extname(path).toLowerCase()) {
    case '.json':
      return parseJson(text)
    case '.yaml':
    case '.yml':
      return (await import('yaml')).parse(text)
    case '.toml':
      return (await import('smol-toml')).parse(text)
    case '.env':
    case '.dotenv':
      return parseEnvironmentFile(text)
    default:
      throw new Error('its ending is none of .json, .yaml, .yml, .toml, .env')
  }
}

/** The text of node's own error repeats a part of the file, which may be a secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const place = /at position \d+|line \d+ column \d+/.exec((error as Error).message)?.[0]
    throw new SyntaxError(place === undefined ? 'it is no valid JSON' : `it is no valid JSON (${place})`)
  }
}

/** `NAME=value` lines; comments, `export`, and single or double quotes around values. */
function parseEnvironmentFile(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const match =
      /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^#]*?))\s*(?:#.*)?$/.exec(
        line,
      )
    if (!match) throw new Error(`line ${index + 1} is no NAME=value`)
    const [, name = '', quoted, literal, plain] = match
    values[name] = quoted?.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1') ?? literal ?? plain ?? ''
  }
  return values
}

function flatten(path: string, document: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [key, value] of Object.entries(document)) {
    const name = key.toUpperCase()
    if (value === null || value === undefined) continue
    if (typeof value !== 'object') values.set(name, String(value))
    else if (NESTED.has(name)) values.set(name, JSON.stringify(lowerCased(value)))
    else throw configError(path, `${key} holds several values where one is expected`)
  }
  return values
}

/** WAL-G knows names in a file without regard to case: `Second` of a file is the storage `second`. */
function lowerCased(value: object): unknown {
  if (Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.toLowerCase(), item]))
}

function homeConfig(): string | undefined {
  for (const home of homeFolders()) {
    for (const extension of HOME_EXTENSIONS) {
      const path = join(home, `.walg.${extension}`)
      if (existsSync(path)) return path
    }
  }
  return undefined
}

/** The home folder of the user database, where WAL-G looks, and that of the environment. */
function homeFolders(): readonly string[] {
  const folders = new Set<string>()
  try {
    folders.add(userInfo().homedir)
  } catch {
    // A uid without an entry in the user database.
  }
  folders.add(homedir())
  return [...folders]
}

function configError(path: string, why: string, cause?: unknown): WalgError {
  return new WalgError('E_CONFIG_FILE', `unable to read the config file ${path}: ${why}`, {
    details: { path },
    cause,
  })
}
