import { type ObjectInfo, WalgError } from '@walg/sdk'
import { formatSegmentName, parseWalName } from '../catalog/wal-segment.js'

/** The WAL that a backup needs, and whether what follows is wanted, too. */
export interface WantedWal {
  readonly backup: string
  readonly timelineId: number
  readonly first: bigint
  readonly last: bigint
  readonly withAllAfter: boolean
}

/** An object of the archive, and the name of the file in it as far as WAL-G compares it. */
interface Named {
  readonly object: ObjectInfo
  readonly name: string
}

/**
 * Objects of the archive that go with a backup: all that is named after one of its segments, with `withAllAfter` or after any later
 * one, and every history file. Rejects with `E_RECOVERY_WAL_MISSING` when one of its segments is missing, or one between those.
 */
export function walToCopy(
  objects: readonly ObjectInfo[],
  wanted: WantedWal,
  segmentBytes: number,
): readonly ObjectInfo[] {
  const first = formatSegmentName(wanted.timelineId, wanted.first, segmentBytes)
  const last = formatSegmentName(wanted.timelineId, wanted.last, segmentBytes)
  const isWanted = ({ name }: Named) => name >= first && (wanted.withAllAfter || name <= last)
  const chosen = objects.map(named).filter((one) => isWanted(one) || isHistory(one.object.key))
  const held = new Set(chosen.filter(({ object }) => isSegment(object.key)).map(({ name }) => name))
  requireSegments(wanted, held, segmentBytes)
  requireNoGap(wanted.backup, held, segmentBytes)
  return chosen.map(({ object }) => object)
}

function named(object: ObjectInfo): Named {
  return { object, name: object.key.split('.', 1)[0] ?? '' }
}

function isHistory(key: string): boolean {
  return /^[0-9A-F]{8}\.history(\.|$)/.test(key)
}

/** A segment, in the form of any codec. */
function isSegment(key: string): boolean {
  return /^[0-9A-F]{24}(\.[a-z0-9]*)?$/.test(key) && !/\.(partial|json)$/.test(key)
}

function requireSegments(
  { backup, timelineId, first, last }: WantedWal,
  held: ReadonlySet<string>,
  segmentBytes: number,
): void {
  for (let segment = first; segment <= last; segment++) {
    const name = formatSegmentName(timelineId, segment, segmentBytes)
    if (!held.has(name)) throw missing(backup, `the archive does not hold ${name}, which it needs`)
  }
}

function requireNoGap(backup: string, held: ReadonlySet<string>, segmentBytes: number): void {
  let before: { readonly name: string; readonly timelineId: number; readonly segment: bigint } | undefined
  for (const name of [...held].sort()) {
    const wal = parseWalName(name, segmentBytes)
    if (wal?.kind !== 'segment') continue
    if (before?.timelineId === wal.timelineId && wal.segment > before.segment + 1n) {
      throw missing(backup, `the archive has a hole between ${before.name} and ${name}`)
    }
    before = { name, timelineId: wal.timelineId, segment: wal.segment }
  }
}

function missing(backup: string, why: string): WalgError {
  return new WalgError('E_RECOVERY_WAL_MISSING', `unable to copy ${backup}: ${why}`, { details: { backup } })
}
