import { WalgError } from '@walg/sdk'

/** Where a repository lies. */
export interface GcsPlace {
  readonly bucket: string
  /** What every object name begins with: empty, or ending with `/`. */
  readonly root: string
}

/**
 * Reads `gs://bucket/folder`. As WAL-G: any scheme will do, the path is percent-decoded, and slashes at its ends do not count; without
 * `isNormalized` they do, but for the one behind the bucket, because WAL-E has written such names.
 */
export function parseGcsPrefix(prefix: string, isNormalized: boolean): GcsPlace {
  const [, bucket, rest = ''] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@?#]*@)?([^/@?#:]+)([^?#]*)/i.exec(prefix) ?? []
  if (bucket === undefined) throw malformed(prefix, 'it is not of the form gs://bucket/folder')
  const path = decode(prefix, rest)
  const folder = isNormalized ? path.replace(/^\/+|\/+$/g, '') : path.replace(/^\//, '')
  return { bucket, root: folder === '' || folder.endsWith('/') ? folder : `${folder}/` }
}

function decode(prefix: string, path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw malformed(prefix, 'a % in it is not followed by two hexadecimal digits')
  }
}

function malformed(prefix: string, why: string): WalgError {
  return new WalgError('E_STORAGE_CONFIG', `unable to open the storage WALG_GS_PREFIX=${prefix}: ${why}`, {
    details: { prefix },
  })
}
