import { readJson } from '@walg/core'
import { WalgError } from '@walg/sdk'
import * as v from 'valibot'

/** Members of a document by their exact names. */
export type Members = Readonly<Record<string, unknown>>

/** Reads a document of the repository: a JSON object. Rejects with `E_BACKUP_INVALID`, naming the object. */
export function parseMembers(key: string, bytes: Uint8Array): Members {
  let document: unknown
  try {
    document = readJson(new TextDecoder().decode(bytes))
  } catch (error) {
    throw invalidDocument(key, `it is no JSON (${(error as Error).message})`, error)
  }
  return requireMembers(key, document)
}

/** The same for a document that has been parsed. */
export function requireMembers(key: string, document: unknown): Members {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw invalidDocument(key, 'it is no JSON object')
  }
  return document as Members
}

/** WAL-G finds members whatever the case of their letters; an exact match counts first. */
export function withNames(members: Members, names: readonly string[]): Members {
  const byLower = new Map(names.map((name) => [name.toLowerCase(), name]))
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(members)) {
    const known = byLower.get(name.toLowerCase())
    if (known === undefined) result[name] = value
    else if (name === known || !(known in result)) result[known] = value
  }
  return result
}

/** Checks members against a schema. Rejects with `E_BACKUP_INVALID`, naming the object and the first wrong member. */
export function validated<S extends v.GenericSchema>(
  key: string,
  schema: S,
  members: Members,
): v.InferOutput<S> {
  const result = v.safeParse(schema, members)
  if (result.success) return result.output
  const [issue] = result.issues
  const path = issue.path?.map((step: { readonly key: unknown }) => String(step.key)).join('.') ?? ''
  throw invalidDocument(key, `${path}: ${issue.message}`)
}

/** A 64-bit number, whichever way JSON gave it. */
export const unsigned64 = v.pipe(
  v.union([v.pipe(v.number(), v.integer()), v.bigint()]),
  v.transform((value) => BigInt.asUintN(64, BigInt(value))),
)

/** A signed 64-bit number that is only kept, whichever way JSON gave it. */
export const int64 = v.union([v.pipe(v.number(), v.integer()), v.bigint()])

/** A count of bytes. */
export const byteCount = v.pipe(v.number(), v.integer())

export function invalidDocument(key: string, why: string, cause?: unknown): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to read ${key}: ${why}`, { details: { key }, cause })
}
