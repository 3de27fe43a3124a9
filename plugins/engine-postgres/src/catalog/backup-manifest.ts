import { nestedMembers, writeJson } from '@walg/core'
import type { ByteStream } from '@walg/sdk'
import * as v from 'valibot'
import { byteCount, invalidDocument, parseMembers, unsigned64, validated } from './document.js'

/** Our own object in the folder of a backup, which WAL-G passes over. */
export const MANIFEST_KEY = 'walg_manifest.json'

/** Proof of one stored object. */
export interface ObjectProof {
  readonly size: number
  /** Of the stored bytes, hexadecimal. */
  readonly sha256: string
}

/** Proof of one restored file. */
export interface FileProof {
  readonly size: number
  readonly crc32: number
}

/** WAL without which the backup cannot become consistent. */
export interface RequiredWal {
  readonly timelineId: number
  readonly firstSegment: string
  readonly lastSegment: string
  /** The segment that was not in the repository when the backup ended. */
  readonly waitingFor: string | undefined
}

/** What WAL-G has no place for: hashes of everything in a backup, and the WAL that it needs. */
export interface BackupManifest {
  readonly backup: string
  /** By key relative to the backup's folder. */
  readonly objects: ReadonlyMap<string, ObjectProof>
  /** By member name. */
  readonly files: ReadonlyMap<string, FileProof>
  readonly startLsn: bigint
  readonly finishLsn: bigint
  readonly requiredWal: RequiredWal | undefined
}

/** The manifest as JSON up to its last member, `files`, which is left open: `fileProofMember`s and `}}` follow. */
export function manifestHead(manifest: Omit<BackupManifest, 'files'>): string {
  const { requiredWal } = manifest
  const head = writeJson({
    version: 1,
    backup: manifest.backup,
    start_lsn: manifest.startLsn,
    finish_lsn: manifest.finishLsn,
    required_wal: requiredWal && {
      timeline: requiredWal.timelineId,
      first: requiredWal.firstSegment,
      last: requiredWal.lastSegment,
      waiting_for: requiredWal.waitingFor,
    },
    objects: new Map([...manifest.objects].map(([key, { size, sha256 }]) => [key, { size, sha256 }])),
  })
  return `${head.slice(0, -1)},"files":{`
}

export function fileProofMember(name: string, { size, crc32 }: FileProof): string {
  return `${JSON.stringify(name)}:{"size":${size},"crc32":${crc32}}`
}

const schema = v.looseObject({
  version: v.literal(1),
  backup: v.string(),
  start_lsn: unsigned64,
  finish_lsn: unsigned64,
  required_wal: v.optional(
    v.object({
      timeline: byteCount,
      first: v.string(),
      last: v.string(),
      waiting_for: v.optional(v.string()),
    }),
  ),
  objects: v.record(v.string(), v.object({ size: byteCount, sha256: v.string() })),
})

/** Reads the document, which may be large, member by member. Rejects with `E_BACKUP_INVALID`. */
export async function readManifest(key: string, source: ByteStream): Promise<BackupManifest> {
  const files = new Map<string, FileProof>()
  /** What is not about single files, as JSON: members, and members of members. */
  const head = new Map<string, string | Map<string, string>>()
  try {
    for await (const { outer, name, text } of nestedMembers(source)) {
      if (name === undefined) head.set(outer, text)
      else if (outer === 'files') files.set(name, proofOf(text))
      else head.set(outer, asMap(head.get(outer)).set(name, text))
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidDocument(key, error.message, error)
    throw error
  }
  const known = validated(key, schema, parseMembers(key, Buffer.from(objectOf(head))))
  const wal = known.required_wal
  return {
    backup: known.backup,
    startLsn: known.start_lsn,
    finishLsn: known.finish_lsn,
    requiredWal: wal && {
      timelineId: wal.timeline,
      firstSegment: wal.first,
      lastSegment: wal.last,
      waitingFor: wal.waiting_for,
    },
    objects: new Map(Object.entries(known.objects)),
    files,
  }
}

function proofOf(text: string): FileProof {
  const { size, crc32 } = JSON.parse(text) as { readonly size?: unknown; readonly crc32?: unknown }
  if (typeof size !== 'number' || typeof crc32 !== 'number')
    throw new SyntaxError('a file without size or crc32')
  return { size, crc32 }
}

function asMap(value: string | Map<string, string> | undefined): Map<string, string> {
  return value instanceof Map ? value : new Map()
}

function objectOf(members: ReadonlyMap<string, string | Map<string, string>>): string {
  const texts = [...members].map(([name, value]) => {
    return `${JSON.stringify(name)}:${typeof value === 'string' ? value : objectOf(value)}`
  })
  return `{${texts.join(',')}}`
}
