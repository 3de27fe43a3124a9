import { API_VERSION, type PluginManifest, WalgError } from '@walg/sdk'

/** Versions of the contract that this host can work with. */
export const SUPPORTED_API = { lowest: 1, highest: API_VERSION } as const

/** Words of the host's own commands: an engine of that name would take their place. */
const RESERVED_TOPICS: ReadonlySet<string> = new Set([
  'completion',
  'config',
  'flags',
  'help',
  'plugins',
  'version',
])

/** `core` ships with walg, `user` was installed, `link` is a folder that somebody works on. */
export type PluginOrigin = 'core' | 'user' | 'link'

/** A plugin as its package.json describes it. */
export interface PluginDescriptor {
  /** Package name. */
  readonly name: string
  readonly version: string
  /** Folder of the package. */
  readonly root: string
  readonly origin: PluginOrigin
  readonly manifest: PluginManifest
  /** What package.json says for oclif. */
  readonly oclif: OclifSection
  /** Why walg refuses to use anything of it. Whoever asks for a contribution of the plugin gets this error. */
  readonly problem?: WalgError
}

export interface OclifSection {
  readonly commands?: unknown
  readonly topics?: Readonly<Record<string, { readonly description?: string }>>
}

interface PackageJson {
  readonly name?: unknown
  readonly version?: unknown
  readonly walg?: unknown
  readonly oclif?: unknown
}

const LISTS = {
  storages: ['schemes', 'prefixSettings'],
  compressors: [],
  crypters: ['activatedBy'],
  engines: [],
} as const satisfies Record<string, readonly string[]>

/** The descriptor of a package, when it is a plugin of walg at all. What is malformed makes it a refused one. */
export function describePlugin(
  packageJson: PackageJson,
  root: string,
  origin: PluginOrigin,
): PluginDescriptor | undefined {
  const { name, version, walg, oclif } = packageJson
  if (typeof name !== 'string' || !isObject(walg)) return undefined
  const wrong = wrongPart(walg)
  const manifest = walg as unknown as PluginManifest
  return {
    name,
    version: String(version),
    root,
    origin,
    manifest: wrong?.isUnreadable
      ? { apiVersion: 0, contributes: {} }
      : { ...manifest, contributes: manifest.contributes ?? {} },
    oclif: isObject(oclif) ? oclif : {},
    ...(wrong && {
      problem: invalidPlugin({ name, module: 'package.json', expected: wrong.expected, found: wrong.found }),
    }),
  }
}

/** A listed plugin of which not even package.json can be read. */
export function unreadablePlugin(name: string, root: string, origin: PluginOrigin): PluginDescriptor {
  const problem = invalidPlugin({
    name,
    module: 'package.json',
    expected: `a package in ${root}`,
    found: 'none that can be read',
  })
  return {
    name,
    version: '?',
    root,
    origin,
    manifest: { apiVersion: 0, contributes: {} },
    oclif: {},
    problem,
  }
}

export interface Mismatch {
  /** Package name. */
  readonly name: string
  /** File of the package. */
  readonly module: string
  readonly expected: string
  readonly found: string
  readonly cause?: unknown
}

/** `E_PLUGIN_INVALID`, naming package, module, expected and found. */
export function invalidPlugin({ name, module, expected, found, cause }: Mismatch): WalgError {
  return new WalgError(
    'E_PLUGIN_INVALID',
    `unable to load ${module} of ${name}: expected ${expected}, found ${found}`,
    { details: { package: name, module, expected, found }, cause },
  )
}

/** The versions of the contract as messages name them. */
export function supportedApi(): string {
  const { lowest, highest } = SUPPORTED_API
  return lowest === highest ? `apiVersion ${highest}` : `apiVersion ${lowest} to ${highest}`
}

export function isSupportedApi(version: unknown): boolean {
  return typeof version === 'number' && version >= SUPPORTED_API.lowest && version <= SUPPORTED_API.highest
}

interface WrongPart {
  readonly expected: string
  readonly found: string
  /** Whether the contributions themselves cannot be read. */
  readonly isUnreadable: boolean
}

/** The first thing in a `walg` section that the host cannot work with. */
function wrongPart(walg: Readonly<Record<string, unknown>>): WrongPart | undefined {
  const unreadable = (expected: string, found: unknown) => ({
    expected,
    found: JSON.stringify(found) ?? 'nothing',
    isUnreadable: true,
  })
  const contributes = walg['contributes'] ?? {}
  if (!isObject(contributes)) return unreadable('an object as walg.contributes', contributes)
  for (const name of ['settings', 'secretSettings'] as const) {
    if (walg[name] !== undefined && !isTexts(walg[name]))
      return unreadable(`texts in walg.${name}`, walg[name])
  }
  for (const [kind, lists] of Object.entries(LISTS)) {
    const declarations = contributes[kind] ?? []
    const place = `walg.contributes.${kind}`
    if (!Array.isArray(declarations)) return unreadable(`a list as ${place}`, declarations)
    for (const one of declarations) {
      if (!isObject(one) || typeof one['id'] !== 'string' || typeof one['module'] !== 'string')
        return unreadable(`id and module in ${place}`, one)
      const missing = lists.find((list) => !isTexts(one[list]))
      if (missing) return unreadable(`a list of texts as ${missing} in ${place}`, one[missing])
      if (kind === 'compressors' && typeof one['extension'] !== 'string')
        return unreadable(`an extension in ${place}`, one['extension'])
    }
  }
  if (!isSupportedApi(walg['apiVersion']))
    return {
      expected: supportedApi(),
      found: `apiVersion ${JSON.stringify(walg['apiVersion'])}`,
      isUnreadable: false,
    }
  const engines = (contributes['engines'] ?? []) as readonly { readonly id: string }[]
  const reserved = engines.find(({ id }) => RESERVED_TOPICS.has(id))
  if (reserved)
    return {
      expected: 'an engine with a name of its own',
      found: `'${reserved.id}', which is a command of walg`,
      isUnreadable: true,
    }
  return undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
