import { WalgError } from '@walg/sdk'

/**
 * Rejects with `E_STORAGE_KEY` what is no key: keys are relative and `/`-separated, without empty, `.` or `..` segments.
 * A list prefix may also be empty or end in the middle of a name.
 */
export function requireKey(key: string): void {
  const isKey = key !== '' && !key.includes('\0') && key.split('/').every(isSegment)
  if (!isKey)
    throw new WalgError('E_STORAGE_KEY', `unable to use '${key}' as the name of an object`, {
      details: { key },
    })
}

export function requirePrefix(prefix: string): void {
  const segments = prefix.split('/')
  segments.pop()
  if (prefix.includes('\0') || !segments.every(isSegment)) {
    throw new WalgError('E_STORAGE_KEY', `unable to list '${prefix}': it is no folder of the storage`, {
      details: { prefix },
    })
  }
}

/** Joins folders and names with single slashes; empty ones and slashes at their ends are dropped. */
export function joinKey(...parts: readonly string[]): string {
  return parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')
}

function isSegment(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..'
}
