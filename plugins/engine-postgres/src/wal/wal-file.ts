import { constants } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type OperationContext, WalgError } from '@walg/sdk'
import { parseWalName, type WalName } from '../catalog/wal-segment.js'
import { pgSettings } from '../settings.js'
import { LONG_HEADER_BYTES, parseSegmentHeader } from './page-header.js'

const MiB = 1024 * 1024
/** History and backup history files are a few hundred bytes; anything near this is no such file. */
const MAX_SMALL_FILE_BYTES = 16 * MiB

/** A file that PostgreSQL asks to archive, read and checked. */
export interface WalFile {
  readonly name: WalName
  readonly path: string
  readonly bytes: Uint8Array
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint
}

export function segmentBytesOf(ctx: OperationContext): number {
  return ctx.settings.get(pgSettings, 'WALG_PG_WAL_SIZE') * MiB
}

/** Most bytes that the file of this name can have. */
export function maxBytesOf(ctx: OperationContext, name: WalName): number {
  return name.kind === 'segment' || name.kind === 'partial' ? segmentBytesOf(ctx) : MAX_SMALL_FILE_BYTES
}

/**
 * Reads a file of pg_wal whole and checks that it is what its name says. Rejects with `E_WAL_INVALID` when it is not, so
 * that nothing useless is archived.
 */
export async function readWalFile(ctx: OperationContext, path: string, baseName: string): Promise<WalFile> {
  const name = requireWalName(ctx, baseName)
  const file = await openForReading(path)
  try {
    const before = await file.stat({ bigint: true })
    if (!before.isFile()) throw invalid(path, 'it is no regular file')
    if (before.size > maxBytesOf(ctx, name)) throw invalid(path, `it has ${before.size} bytes`)
    const bytes = new Uint8Array(Number(before.size))
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled)
      if (bytesRead === 0) throw invalid(path, 'it shrank while it was read')
      filled += bytesRead
    }
    if (name.kind === 'segment' || name.kind === 'partial') {
      checkSegment(ctx, name, [bytes], path)
      await checkSystemIdentifier(ctx, path, bytes)
    }
    return { name, path, bytes, modifiedNs: before.mtimeNs }
  } finally {
    await file.close()
  }
}

/** Rejects with `E_WAL_NAME` a name that PostgreSQL never gives to a file of its archive. */
export function requireWalName(ctx: OperationContext, name: string): WalName {
  const parsed = parseWalName(name, segmentBytesOf(ctx))
  if (parsed) return parsed
  throw new WalgError(
    'E_WAL_NAME',
    `unable to use '${name}': it is no name of a WAL, history or backup history file`,
    {
      details: { name },
    },
  )
}

/** Rejects with `E_WAL_INVALID` unless the chunks are the whole segment that the name stands for. */
export function checkSegment(
  ctx: OperationContext,
  name: WalName,
  chunks: readonly Uint8Array[],
  where: string,
): void {
  if (name.kind !== 'segment' && name.kind !== 'partial') return
  const segmentBytes = segmentBytesOf(ctx)
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const [first = new Uint8Array()] = chunks
  const header = parseSegmentHeader(first.length >= LONG_HEADER_BYTES ? first : Buffer.concat(chunks))
  if (header && header.segmentBytes !== segmentBytes) {
    const mib = header.segmentBytes / MiB
    throw invalid(where, `its segments have ${mib} MiB; set WALG_PG_WAL_SIZE=${mib}`)
  }
  if (length !== segmentBytes) {
    throw invalid(where, `it has ${length} bytes, a segment has ${segmentBytes}`)
  }
  if (!header) throw invalid(where, 'it does not begin with a WAL page header')
  const expected = name.segment * BigInt(segmentBytes)
  if (header.pageAddress !== expected) {
    throw invalid(
      where,
      `its first page is that of segment ${header.pageAddress / BigInt(segmentBytes)}, not ${name.segment}`,
    )
  }
  // The segment in which a timeline begins starts with pages of the timeline it left.
  if (header.timelineId > name.timelineId) {
    throw invalid(
      where,
      `its first page is of timeline ${header.timelineId}, its name says ${name.timelineId}`,
    )
  }
}

async function checkSystemIdentifier(ctx: OperationContext, path: string, bytes: Uint8Array): Promise<void> {
  const header = parseSegmentHeader(bytes)
  const cluster =
    (await clusterIdentifier(join(dirname(path), '..'))) ??
    (await clusterIdentifier(ctx.settings.get(pgSettings, 'PGDATA')))
  if (!header || cluster === undefined || cluster === header.systemIdentifier) return
  throw invalid(path, `it is of system ${header.systemIdentifier}, the data directory of ${cluster}`)
}

/** System identifier of a data directory; undefined when it cannot be read, or is none. */
export async function clusterIdentifier(dataDirectory: string | undefined): Promise<bigint | undefined> {
  if (dataDirectory === undefined) return undefined
  try {
    const control = await readFile(join(dataDirectory, 'global/pg_control'))
    return control.length >= 8 ? control.readBigUInt64LE(0) : undefined
  } catch {
    // Not every place that WAL is pushed from is a data directory.
    return undefined
  }
}

async function openForReading(path: string) {
  try {
    // Without O_NONBLOCK a named pipe would wait for a writer for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message
    throw new WalgError('E_WAL_FILE', `unable to read ${path}: ${why}`, { details: { path }, cause: error })
  }
}

function invalid(where: string, why: string): WalgError {
  return new WalgError('E_WAL_INVALID', `unable to accept ${where}: ${why}`, { details: { where } })
}
