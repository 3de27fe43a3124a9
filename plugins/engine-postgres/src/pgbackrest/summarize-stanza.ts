import type { ObjectInfo, OperationContext, Storage } from '@walg/sdk'
import { parseHistoryRecords, type TimelineSwitch } from '../recovery/timeline-history.js'
import { boundsOf, type TimelineSummary } from '../show/timeline-summary.js'
import { namedSegments } from '../wal/named-segments.js'
import { segmentBytesOf } from '../wal/wal-file.js'

/** `0000000100000000/000000010000000000000004-SHA1.gz`, with or without the ending. */
const SEGMENT_KEY = /^[^/]+\/([0-9A-Fa-f]{24})-[0-9a-f]{40}(?:\.\w+)?$/

/** The timelines of a stanza's archive, lowest first. */
export async function summarizeStanza(
  ctx: OperationContext,
  archive: Storage,
): Promise<readonly TimelineSummary[]> {
  const segmentBytes = segmentBytesOf(ctx)
  const segmentNames: ObjectInfo[] = []
  const histories = new Set<string>()
  for await (const info of archive.list('', { signal: ctx.signal })) {
    const name = SEGMENT_KEY.exec(info.key)?.[1]
    if (name !== undefined) segmentNames.push({ ...info, key: name })
    else if (info.key.endsWith('.history')) histories.add(info.key)
  }
  const { byTimeline, strange } = namedSegments(segmentNames, segmentBytes)
  for (const name of strange) ctx.log.warn(`${name} is no WAL segment, and is shown as one of timeline 0`)
  const timelines: TimelineSummary[] = []
  for (const [timelineId, segments] of [...byTimeline].sort(([a], [b]) => a - b)) {
    const parent = await parentOf(ctx, archive, timelineId, histories)
    timelines.push({
      timelineId,
      parent,
      segments,
      ...boundsOf(segments),
      segmentBytes,
      backups: undefined,
    })
  }
  return timelines
}

async function parentOf(
  ctx: OperationContext,
  archive: Storage,
  timelineId: number,
  histories: ReadonlySet<string>,
): Promise<TimelineSwitch | undefined> {
  const key = `${timelineId.toString(16).toUpperCase().padStart(8, '0')}.history`
  if (!histories.has(key)) return undefined
  const text = Buffer.from(await archive.readAll(key, { signal: ctx.signal })).toString()
  return parseHistoryRecords(text, key).at(-1)
}
