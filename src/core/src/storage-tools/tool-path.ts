import { WalgError } from '@walg/sdk'

/** A path as a user types it, as a key or folder: without slashes at its ends, empty and `.` segments. `''` is the root. */
export function toolPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (!segments.includes('..')) return segments.join('/')
  throw new WalgError('E_STORAGE_KEY', `unable to use '${path}': names in a storage have no '..'`, {
    details: { path },
  })
}

/** The same, of an object; the root is none. */
export function toolKey(path: string): string {
  const key = toolPath(path)
  if (key !== '') return key
  throw new WalgError('E_STORAGE_KEY', `unable to use '${path}': it names no object`, { details: { path } })
}

/** The last segment. */
export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
