import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { encodeTarHeader, TAR_END_BYTES, type TarMember, tarPadding } from '@walg/core'
import { fileProofMember, manifestHead } from '../../src/catalog/backup-manifest.js'
import { type FilesMetadata, fileMember, relationMember } from '../../src/catalog/files-metadata.js'
import { type TablespaceSpec, tablespaceSpecJson } from '../../src/catalog/tablespace-spec.js'
import type { MemoryDriver } from './memory-driver.js'

export interface SyntheticMember extends Partial<Omit<TarMember, 'name' | 'size'>> {
  readonly name: string
  readonly content?: string | Uint8Array
  readonly isIncremented?: boolean
  /** Listed as unchanged since the parent, and not stored. */
  readonly isSkipped?: boolean
  /** Stored, but in no list. */
  readonly isUnlisted?: boolean
}

export interface SyntheticFiles {
  readonly name: string
  readonly parent?: string
  readonly parts: readonly (readonly SyntheticMember[])[]
  /** Objects beside the data parts; undefined leaves them out. */
  readonly control?: readonly SyntheticMember[] | undefined
  readonly label?: readonly SyntheticMember[] | undefined
  readonly withoutList?: boolean
  readonly withManifest?: boolean
  readonly spec?: TablespaceSpec
  readonly databases?: FilesMetadata['databases']
}

export const DATA_DIRECTORY: SyntheticMember = { name: '/', type: 'directory', mode: 0o700 }
export const CONTROL: readonly SyntheticMember[] = [{ name: '/global/pg_control', content: 'control data' }]
export const LABEL: readonly SyntheticMember[] = [
  { name: 'backup_label', content: 'START WAL LOCATION' },
  { name: 'tablespace_map', content: '' },
]
export const FULL = 'base_000000010000000000000002'

/** Stores a backup as WAL-G would, uncompressed. */
export function storeBackup(driver: MemoryDriver, backup: SyntheticFiles): string {
  const objects = new Map<string, Uint8Array>()
  for (const [index, members] of backup.parts.entries()) {
    objects.set(partName(index), tarOf(members.filter(({ isSkipped }) => !isSkipped)))
  }
  const control = 'control' in backup ? backup.control : CONTROL
  const label = 'label' in backup ? backup.label : LABEL
  if (control) objects.set('pg_control.tar', tarOf(control))
  if (label) objects.set('backup_label.tar', tarOf(label))
  const folder = `basebackups_005/${backup.name}`
  for (const [name, bytes] of objects) driver.set(`${folder}/tar_partitions/${name}`, bytes)
  if (!backup.withoutList) driver.set(`${folder}/files_metadata.json`, filesMetadataOf(backup))
  if (backup.withManifest) {
    const members = [...backup.parts.flat(), ...(control ?? []), ...(label ?? [])]
    driver.set(`${folder}/walg_manifest.json`, manifestOf(backup.name, objects, members))
  }
  driver.set(`${folder}/metadata.json`, '{}')
  driver.set(`${folder}_backup_stop_sentinel.json`, sentinelOf(backup))
  return backup.name
}

export const partName = (index: number) => `part_${String(index + 1).padStart(3, '0')}.tar`

export function tarOf(members: readonly SyntheticMember[]): Buffer {
  return Buffer.concat([...members.flatMap(encodeMember), Buffer.alloc(TAR_END_BYTES)])
}

function encodeMember(member: SyntheticMember): readonly Buffer[] {
  const content = Buffer.from(member.content ?? '')
  const header = encodeTarHeader({ type: 'file', mode: 0o600, ...member, size: content.length })
  return [header, content, Buffer.alloc(tarPadding(content.length))]
}

/** An increment of a file of this size, with these pages. */
export function incrementOf(
  fileBytes: number,
  pages: readonly (readonly [block: number, page: Uint8Array])[],
): Buffer {
  const header = Buffer.alloc(16 + 4 * pages.length)
  header.set([0x77, 0x69, 0x31, 0x55])
  header.writeBigUInt64LE(BigInt(fileBytes), 4)
  header.writeUInt32LE(pages.length, 12)
  for (const [index, [block]] of pages.entries()) header.writeUInt32LE(block, 16 + 4 * index)
  return Buffer.concat([header, ...pages.map(([, page]) => page)])
}

function filesMetadataOf({ parts, databases }: SyntheticFiles): string {
  const listed = parts.map((members) => members.filter(({ isUnlisted }) => !isUnlisted))
  const files = listed.flat().map(({ name, isIncremented = false, isSkipped = false }) => {
    return fileMember(name, { isIncremented, isSkipped, modifiedTime: '2026-08-01T00:00:00Z', updates: 0 })
  })
  const sets = listed.map((members, index) => [partName(index), members.map(({ name }) => name)])
  const names = [...(databases ?? [])].map(([name, { oid, relations }]) => {
    const tables = [...relations].map(([table, relation]) => relationMember(table, relation))
    return `${JSON.stringify(name)}:{"oid":${oid},"tables_new":{${tables.join(',')}}}`
  })
  return (
    `{"Files":{${files.join(',')}},"TarFileSets":${JSON.stringify(Object.fromEntries(sets))},` +
    `"DatabasesByNames":{${names.join(',')}}}`
  )
}

function manifestOf(
  backup: string,
  objects: ReadonlyMap<string, Uint8Array>,
  members: readonly SyntheticMember[],
): string {
  const files = members.filter(({ type = 'file' }) => type === 'file')
  const head = manifestHead({
    backup,
    objects: new Map(
      [...objects].map(([name, bytes]) => {
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        return [`tar_partitions/${name}`, { size: bytes.length, sha256 }]
      }),
    ),
    startLsn: 0n,
    finishLsn: 0n,
    requiredWal: undefined,
  })
  const proofs = files.map(({ name, content = '' }) => {
    const bytes = Buffer.from(content)
    return fileProofMember(name, { size: bytes.length, crc32: crc32(bytes) })
  })
  return `${head}${proofs.join(',')}}}`
}

function sentinelOf({ parent, spec }: SyntheticFiles): string {
  const delta = parent && { DeltaLSN: 1, DeltaFrom: parent, DeltaFullName: FULL, DeltaCount: 1 }
  const places = spec && { Spec: Object.fromEntries(tablespaceSpecJson(spec) as Map<string, unknown>) }
  return JSON.stringify({ LSN: 40, FinishLSN: 296, PgVersion: 150003, ...delta, ...places })
}
