import { WalgError } from '@walg/sdk'

/** Where a repository lies. */
export interface AzurePlace {
  readonly container: string
  /** What every blob name begins with: empty, or ending with `/`. */
  readonly root: string
}

/** Reads `azure://container/folder`. As WAL-G: any scheme will do, the path is percent-decoded, slashes at its ends do not count. */
export function parseAzurePrefix(prefix: string): AzurePlace {
  const [, container, rest = ''] =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@?#]*@)?([^/@?#:]+)([^?#]*)/i.exec(prefix) ?? []
  if (container === undefined) throw malformed(prefix, 'it is not of the form azure://container/folder')
  const folder = decode(prefix, rest).replace(/^\/+|\/+$/g, '')
  return { container, root: folder === '' ? '' : `${folder}/` }
}

function decode(prefix: string, path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw malformed(prefix, 'a % in it is not followed by two hexadecimal digits')
  }
}

function malformed(prefix: string, why: string): WalgError {
  return new WalgError('E_STORAGE_CONFIG', `unable to open the storage WALG_AZ_PREFIX=${prefix}: ${why}`, {
    details: { prefix },
  })
}
