import { writeJson } from '@walg/core'
import * as v from 'valibot'
import { byteCount, parseMembers, unsigned64, validated } from './document.js'

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

const proofs = <T extends v.ObjectEntries>(entries: T) => v.record(v.string(), v.object(entries))
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
  objects: proofs({ size: byteCount, sha256: v.string() }),
  files: proofs({ size: byteCount, crc32: byteCount }),
})

/** Rejects with `E_BACKUP_INVALID`. */
export function parseManifest(key: string, bytes: Uint8Array): BackupManifest {
  const known = validated(key, schema, parseMembers(key, bytes))
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
    files: new Map(Object.entries(known.files)),
  }
}
