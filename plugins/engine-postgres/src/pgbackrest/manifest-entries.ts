import * as v from 'valibot'
import { byteCount, invalidDocument, requireMembers, validated } from '../catalog/document.js'
import type { InfoDocument } from './info-document.js'

/** A file as the manifest describes it. */
export interface ManifestFile {
  readonly bytes: number
  /** Of the content, hexadecimal; undefined where the manifest does not say. */
  readonly sha1: string | undefined
  /** Seconds since 1970. */
  readonly modifiedSeconds: number
  /** Undefined: that of most files. */
  readonly mode: number | undefined
  readonly isBundled: boolean
}

/** Permissions as `0600`. */
export const octalMode = v.pipe(
  v.string(),
  v.regex(/^[0-7]{3,4}$/, 'it is no mode'),
  v.transform((text) => Number.parseInt(text, 8)),
)

const fileSchema = v.looseObject({
  size: byteCount,
  checksum: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, 'it is no SHA-1'))),
  timestamp: byteCount,
  mode: v.optional(octalMode),
  bni: v.optional(v.unknown()),
})
const pathSchema = v.looseObject({ mode: v.optional(octalMode) })

/** The files of a manifest, by name. */
export function manifestFiles(document: InfoDocument): ReadonlyMap<string, ManifestFile> {
  const files = new Map<string, ManifestFile>()
  for (const [name, value] of document.section('target:file')) {
    const where = `${name} of ${document.key}`
    const { size, checksum, timestamp, mode, bni } = validated(
      where,
      fileSchema,
      requireMembers(where, value),
    )
    if (document.isProven && size > 0 && checksum === undefined) {
      throw invalidDocument(where, 'it has no checksum')
    }
    files.set(name, {
      bytes: size,
      sha1: checksum,
      modifiedSeconds: timestamp,
      mode,
      isBundled: bni !== undefined,
    })
  }
  return files
}

/** Modes of those folders of a manifest that have one of their own. */
export function manifestPaths(document: InfoDocument): ReadonlyMap<string, number> {
  const modes = new Map<string, number>()
  for (const [name, value] of document.section('target:path')) {
    const where = `${name} of ${document.key}`
    const { mode } = validated(where, pathSchema, requireMembers(where, value))
    if (mode !== undefined) modes.set(name, mode)
  }
  return modes
}
