import { WalgError } from '@walg/sdk'

/** What `walg plugins create` can make. */
export const PLUGIN_KINDS = ['storage', 'codec', 'crypter', 'engine'] as const
export type NewPluginKind = (typeof PLUGIN_KINDS)[number]

/** Everything that is derived from the name of a package. */
export interface PluginNames {
  readonly packageName: string
  /** Without scope: the folder. */
  readonly folder: string
  /** Scheme, extension or topic: `tape-robot`. */
  readonly id: string
  /** The middle of its settings: `TAPE_ROBOT`. */
  readonly settingPart: string
}

const LONGEST = 214
const PACKAGE_NAME = /^(@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9-][a-z0-9._-]*$/
const KIND_WORD = /^(walg-)?((storage|codec|compressor|crypt|crypter|engine)-)?/

/** `walg-storage-tape` is a package whose id is `tape`. Rejects with `E_ARGUMENT_INVALID` what npm would refuse, and what gives no id. */
export function pluginNames(packageName: string): PluginNames {
  if (!PACKAGE_NAME.test(packageName) || packageName.length > LONGEST || packageName === 'node_modules') {
    throw new WalgError(
      'E_ARGUMENT_INVALID',
      `unable to create '${packageName}': npm takes names of lower case letters, digits, '-', '.' and '_', such as walg-storage-tape`,
    )
  }
  const folder = packageName.replace(/^@[^/]+\//, '')
  const id = folder.replace(KIND_WORD, '').replace(/[._]/g, '-')
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new WalgError(
      'E_ARGUMENT_INVALID',
      `unable to create '${packageName}': '${id}' is no id; after the kind, as in walg-storage-tape, comes a word that begins with a letter`,
    )
  }
  return { packageName, folder, id, settingPart: id.toUpperCase().replaceAll('-', '_') }
}
