import type { ObjectInfo } from '@walg/sdk'
import { parseWalName } from '../catalog/wal-segment.js'

/** Objects of the archive that WAL-G counts as segments when it shows the archive. */
export interface NamedSegments {
  /** Numbers of the segments, by timeline. */
  readonly byTimeline: ReadonlyMap<number, ReadonlySet<bigint>>
  /** Objects with a name as long as that of a segment, which is none. They count as segment 0 of timeline 0. */
  readonly strange: readonly string[]
}

const NAME_LENGTH = 24
/** WAL metadata lie beside segments, and are none. */
const SIDECAR = '.json'

/**
 * Reads names as WAL-G does: whatever follows the last dot is taken for the ending of a codec, and hexadecimal digits may be small. So
 * segments count that no installed codec can read.
 */
export function namedSegments(objects: readonly ObjectInfo[], segmentBytes: number): NamedSegments {
  const byTimeline = new Map<number, Set<bigint>>()
  const strange: string[] = []
  for (const { key } of objects) {
    const dot = key.lastIndexOf('.')
    const name = dot < 0 ? key : key.slice(0, dot)
    if (name.length !== NAME_LENGTH || key.endsWith(SIDECAR)) continue
    const wal = parseWalName(name.toUpperCase(), segmentBytes)
    const { timelineId, segment } = wal?.kind === 'segment' ? wal : { timelineId: 0, segment: 0n }
    if (wal === undefined) strange.push(key)
    const segments = byTimeline.get(timelineId) ?? new Set<bigint>()
    byTimeline.set(timelineId, segments.add(segment))
  }
  return { byTimeline, strange }
}
