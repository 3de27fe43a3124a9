import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path/posix'
import type { Import } from './imports-of.js'

export interface Violation {
  readonly path: string
  readonly line: number
  readonly specifier: string
  readonly rule: string
}

interface Room {
  /** Folder of the package's sources; the room holds everything below. */
  readonly folder: RegExp
  /** Packages of ours that the room may import, sub-path and all. */
  readonly ours: readonly string[]
  /** Packages of others, as far as the package declares them; absent: all that it declares. */
  readonly others?: RegExp
  /** Packages of others that stay out, whoever declares them. */
  readonly never?: RegExp
  readonly builtins: boolean
}

const DATABASE_DRIVERS = /^(pg|mysql2|mongodb|tedious)(\/|$)/
const STORAGE_SDKS = /^(@aws-sdk|@google-cloud|@azure)\//
/** Of the AWS SDK, crypters use the KMS and what it needs. */
const STORAGES_OF_VENDORS = /^(@aws-sdk\/(client-s3|lib-storage)|@google-cloud\/|@azure\/)/
const OCLIF = /^@oclif\//
/** Slow to load, and needed by few commands. */
const HEAVY = /^(@aws-sdk\/|@google-cloud\/|@azure\/|(pg|mysql2|mongodb|tedious|openpgp)(\/|$))/
/** Modules with a bundle of their own, which load what is slow to load. */
const LAZY = /\/src\/lazy\//
const PLUGIN = /^@walg\/(storage|codec|crypt|engine)-/

const ROOMS: Readonly<Record<string, Room>> = {
  sdk: { folder: /^src\/sdk\//, ours: [], others: /^$/, builtins: false },
  'core/cli': { folder: /^src\/core\/src\/cli\//, ours: ['@walg/sdk'], builtins: true },
  core: { folder: /^src\/core\//, ours: ['@walg/sdk'], never: OCLIF, builtins: true },
  testkit: { folder: /^src\/testkit\//, ours: ['@walg/sdk', '@walg/core'], never: OCLIF, builtins: true },
  http: { folder: /^src\/http\//, ours: [], others: /^$/, builtins: true },
  kms: { folder: /^src\/kms\//, ours: ['@walg/sdk', '@walg/http'], others: /^$/, builtins: true },
  // A bundle of its own; what else the host does must not become slower by it.
  "host's plugin tools": {
    folder: /^src\/host\/plugin-tools\.ts$/,
    ours: ['@walg/testkit'],
    others: /^$/,
    builtins: false,
  },
  host: {
    folder: /^src\/host\//,
    ours: ['@walg/sdk', '@walg/core', '@walg/core/cli'],
    others: OCLIF,
    builtins: true,
  },
  'storage plugin': {
    folder: /^plugins\/storage-[^/]+\//,
    ours: ['@walg/sdk', '@walg/http'],
    never: new RegExp(`${DATABASE_DRIVERS.source}|${OCLIF.source}`),
    builtins: true,
  },
  'codec or crypt plugin': {
    folder: /^plugins\/(codec|crypt)-[^/]+\//,
    ours: ['@walg/sdk', '@walg/kms'],
    never: new RegExp(`${DATABASE_DRIVERS.source}|${STORAGES_OF_VENDORS.source}|${OCLIF.source}`),
    builtins: true,
  },
  "engine plugin's commands": {
    folder: /^plugins\/engine-[^/]+\/src\/commands(\/|\.ts$)/,
    ours: ['@walg/sdk', '@walg/core', '@walg/core/cli'],
    never: STORAGE_SDKS,
    builtins: true,
  },
  'engine plugin': {
    folder: /^plugins\/engine-[^/]+\//,
    ours: ['@walg/sdk', '@walg/core'],
    never: new RegExp(`${STORAGE_SDKS.source}|${OCLIF.source}`),
    builtins: true,
  },
}

/** Rooms without rules: tools that run before or beside the program. */
const FREE = /^src\/(build|quickstart)\//

/**
 * What is wrong with the imports of one file. `path` is relative to the repository; `declared` are the packages that its
 * package.json names for run time.
 */
export function violationsOf(
  path: string,
  imports: readonly Import[],
  declared: ReadonlySet<string>,
): readonly Violation[] {
  if (FREE.test(path)) return []
  const room = Object.entries(ROOMS).find(([, { folder }]) => folder.test(path))
  if (!room) return [{ path, line: 1, specifier: '', rule: 'no import rule covers this folder' }]
  return imports.flatMap((one) => {
    const rule = brokenRule(path, room, one, declared)
    return rule === undefined ? [] : [{ path, line: one.line, specifier: one.specifier, rule }]
  })
}

function brokenRule(
  path: string,
  [name, room]: readonly [string, Room],
  { specifier, kind }: Import,
  declared: ReadonlySet<string>,
): string | undefined {
  if (/^[./]/.test(specifier)) return brokenRelativeRule(path, specifier, kind)
  if (isBuiltin(specifier)) {
    if (!room.builtins) return `${name} imports nothing`
    return specifier.startsWith('node:') ? undefined : 'built-in modules are written with node:'
  }
  const owner = packageName(specifier)
  if (PLUGIN.test(specifier)) return 'no one imports a plugin by name: only through the registry'
  if (owner === 'walg' || owner.startsWith('@walg/')) {
    return room.ours.includes(specifier) ? declaredOrNot(owner, declared) : `${name} may not import it`
  }
  if (room.never?.test(specifier)) return `${name} may not import it`
  if (room.others && !room.others.test(specifier)) return `${name} may not import it`
  if (HEAVY.test(specifier) && kind === 'eager' && !LAZY.test(path)) {
    return 'vendor SDKs are imported inside the function that needs them: await import()'
  }
  // The types of a driver come from a package of their own.
  return kind === 'type' ? undefined : declaredOrNot(owner, declared)
}

function brokenRelativeRule(path: string, specifier: string, kind: Import['kind']): string | undefined {
  const [home = ''] = /^(src|plugins)\/[^/]+\//.exec(path) ?? []
  const target = join(dirname(path), specifier)
  if (specifier.startsWith('/') || !target.startsWith(home)) return 'relative imports stay in their package'
  if (LAZY.test(target) && !LAZY.test(path) && kind === 'eager') {
    return 'what lies in lazy/ is imported inside the function that needs it: await import()'
  }
  const core = 'src/core/src/cli/'
  if (home === 'src/core/' && target.startsWith(core) && !path.startsWith(core)) {
    return 'only @walg/core/cli knows the command line'
  }
  if (target === 'src/host/plugin-tools.js' && kind !== 'type') {
    return 'plugin tools are loaded by the path of their bundle'
  }
  const commands = /^plugins\/engine-[^/]+\/src\/commands(\/|\.js$)/
  if (commands.test(target) && !/\/src\/commands(\/|\.ts$)/.test(path)) {
    return "only an engine's commands know the command line"
  }
  return undefined
}

function declaredOrNot(owner: string, declared: ReadonlySet<string>): string | undefined {
  return declared.has(owner) ? undefined : `${owner} is not in dependencies of the package`
}

function packageName(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return specifier.startsWith('@') ? `${first}/${second}` : first
}
