import type { JsonValue } from '@walg/core'

/**
 * User data as WAL-G has it after reading a document and before writing it again: every number a double, members in the order of
 * the bytes of their names.
 */
export function rereadUserData(value: JsonValue | undefined): JsonValue | undefined {
  return value === undefined ? undefined : reread(value)
}

function reread(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(reread)
  const members: readonly (readonly [string, JsonValue | undefined])[] =
    value instanceof Map ? [...value] : Object.entries(value)
  const sorted = [...members].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return new Map(sorted.map(([name, member]) => [name, rereadUserData(member)]))
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
