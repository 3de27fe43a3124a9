import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { API_VERSION } from '@walg/sdk'
import type { PluginCheck } from './plugin-check.js'
import { isRecord, type Subject } from './subject.js'

export const READABLE = 'package.json can be read'
export const HAS_SECTION = 'package.json has a walg section'

const VERSION = /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/
const isText = (value: unknown) => typeof value === 'string' && value !== ''

/** What package.json must say so that npm, oclif and walg know what it is. */
export const packageChecks: readonly PluginCheck[] = [
  {
    name: READABLE,
    run: ({ unreadable }) => (unreadable === undefined ? [] : [unreadable]),
  },
  {
    name: 'package.json gives a name and a version',
    after: [READABLE],
    run({ packageJson: { name, version } }) {
      return [
        ...(isText(name) ? [] : ['name is missing']),
        ...(VERSION.test(String(version)) ? [] : [`version is ${JSON.stringify(version)}, not like 1.2.3`]),
      ]
    },
  },
  {
    name: 'package.json makes the package a plugin of oclif',
    after: [READABLE],
    run: ({ packageJson }) => (isRecord(packageJson['oclif']) ? [] : ['it lacks "oclif": {}']),
  },
  {
    name: HAS_SECTION,
    after: [READABLE],
    run: ({ packageJson }) => (isRecord(packageJson['walg']) ? [] : ['it lacks "walg": { … }']),
  },
  {
    name: 'this walg supports the apiVersion',
    after: [HAS_SECTION],
    run({ manifest: { apiVersion } }) {
      if (isSupported(apiVersion)) return []
      return [`apiVersion is ${JSON.stringify(apiVersion)}, supported is ${API_VERSION}`]
    },
  },
  {
    name: 'commands of oclif are described in oclif.manifest.json',
    after: [READABLE],
    appliesTo: hasCommands,
    run({ dir }) {
      const path = join(dir, OCLIF_MANIFEST)
      if (existsSync(path) && statSync(path).isFile()) return []
      return [`there is no ${OCLIF_MANIFEST}: walg would load the commands at every start`]
    },
  },
]

export function isSupported(apiVersion: unknown): boolean {
  return Number.isInteger(apiVersion) && Number(apiVersion) >= 1 && Number(apiVersion) <= API_VERSION
}

export const OCLIF_MANIFEST = 'oclif.manifest.json'

export function hasCommands({ packageJson: { oclif } }: Subject): boolean {
  return isRecord(oclif) && oclif['commands'] !== undefined
}
