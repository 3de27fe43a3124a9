import { formatLsn } from '../../catalog/lsn.js'
import type { SegmentRange } from '../../recovery/wal-path.js'
import type { ReadableBackupStatus, RepositoryStatus, TimelineStatus } from '../repository-status.js'
import { holeText } from '../status-problems.js'
import { readableTime } from '../status-words.js'
import { backupMark } from './backup-mark.js'
import { placeLabels } from './label-layout.js'
import { html, type Markup, nothing } from './markup.js'
import { boundsOf, PictureScale } from './picture-scale.js'

const WIDTH = 1120
const LEFT = 120
const RIGHT = 1100
const TOP = 14
const ROW_HEIGHT = 134
const AXIS_HEIGHT = 34
const CHARACTER_WIDTH = 7
const TICKS = 8
/** A hole is seen however small it is. */
const LEAST_WIDTH = 4

/** Places within the row of a timeline. */
const LABELS_Y = 27
const LABEL_ROWS = 2
const LABEL_HEIGHT = 13
const WINDOW_Y = 34
const BACKUPS_Y = 66
const WAL_Y = 92
const BAR = 12

/** The picture of one cluster: a row for each timeline over the positions of the WAL. */
export function clusterPicture(
  status: RepositoryStatus,
  timelines: readonly TimelineStatus[],
  title: string,
): Markup {
  const { first, last } = boundsOf(timelines, status.segmentBytes)
  const scale = new PictureScale(first, last, LEFT, RIGHT)
  const height = TOP + timelines.length * ROW_HEIGHT + AXIS_HEIGHT
  const rowOf = new Map(timelines.map(({ timelineId }, at) => [timelineId, TOP + at * ROW_HEIGHT]))
  const picture = { scale, rowOf, segmentBytes: status.segmentBytes }
  return html`<svg class="picture" role="img" viewBox="0 0 ${WIDTH} ${height}" aria-label="${title}">
<title>${title}</title>
<desc>Each timeline is a row: what can be restored, the backups, and the archived WAL with its holes, by WAL position. The tables below say the same.</desc>
${axis(scale, height)}
${timelines.map((timeline) => switchLine(picture, timeline))}
${timelines.map((timeline) => row(picture, timeline, status.lastGoodBackup?.name))}
</svg>`
}

interface Picture {
  readonly scale: PictureScale
  /** Top of the row of each timeline. */
  readonly rowOf: ReadonlyMap<number, number>
  readonly segmentBytes: number
}

function axis(scale: PictureScale, height: number): Markup {
  const bottom = height - AXIS_HEIGHT
  const ticks = scale.ticks(TICKS)
  const labels = placeLabels(
    ticks.map(({ x, label }) => ({ x, text: label, weight: 0 })),
    { rows: 1, left: LEFT, right: WIDTH, characterWidth: CHARACTER_WIDTH, gap: 6 },
  )
  return html`<g class="axis">
<line x1="${LEFT}" y1="${bottom}" x2="${RIGHT}" y2="${bottom}"/>
${ticks.map(({ x }) => html`<line class="tick" x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom + 5}"/>`)}
${labels.map(({ x, text }) => html`<text class="label" x="${x}" y="${bottom + 20}">${text}</text>`)}
<text class="name" x="4" y="${bottom + 20}">WAL position</text>
</g>`
}

/** From where a timeline was left to the row of the one that began there. */
function switchLine({ scale, rowOf }: Picture, { timelineId, parent }: TimelineStatus): Markup {
  const from = parent && rowOf.get(parent.timelineId)
  const to = rowOf.get(timelineId)
  if (!parent || from === undefined || to === undefined) return nothing
  const x = scale.x(parent.endLsn)
  return html`<path class="switch" d="M${x} ${from + WAL_Y + BAR} V${to + WAL_Y}"><title>Timeline ${timelineId} began at ${formatLsn(parent.endLsn)} of timeline ${parent.timelineId}</title></path>`
}

function row(picture: Picture, timeline: TimelineStatus, lastGood: string | undefined): Markup {
  const { scale, rowOf, segmentBytes } = picture
  const top = rowOf.get(timeline.timelineId) ?? TOP
  const { timelineId, reachable, coverage, holes, backups } = timeline
  const size = BigInt(segmentBytes)
  const barOf = (kind: string, y: number, from: bigint, to: bigint, title: string, least = 1) =>
    bar(kind, scale.x(from), y, Math.max(least, scale.x(to) - scale.x(from)), title)
  return html`<g class="timeline" role="group" aria-label="Timeline ${timelineId}">
<text class="name" x="4" y="${top + WAL_Y - 22}">Timeline ${timelineId}</text>
<text class="lane" x="4" y="${top + WINDOW_Y + 10}">restorable</text>
<text class="lane" x="4" y="${top + WAL_Y + 10}">WAL</text>
${reachable.map(({ fromLsn, toLsn }) =>
  barOf(
    'window',
    top + WINDOW_Y,
    fromLsn,
    toLsn,
    `Restorable from ${formatLsn(fromLsn)} to ${formatLsn(toLsn)}`,
  ),
)}
${visible(coverage, scale, size).map(({ first, last }) =>
  barOf(
    'wal',
    top + WAL_Y,
    first * size,
    (last + 1n) * size,
    `Archived from ${formatLsn(first * size)} to ${formatLsn((last + 1n) * size)}`,
  ),
)}
${holes.map((hole) =>
  barOf(
    'hole',
    top + WAL_Y - 3,
    hole.first * size,
    (hole.last + 1n) * size,
    holeText(hole, segmentBytes),
    LEAST_WIDTH,
  ),
)}
${backups.map((backup) => chainLink(picture, backup, backups, top))}
${backups.map((backup) => backupMark(backup, scale.x(backup.finishLsn), top + BACKUPS_Y))}
${backupLabels(scale, backups, top, lastGood)}
</g>`
}

function bar(kind: string, x: number, y: number, width: number, title: string): Markup {
  const height = kind === 'hole' ? BAR + 6 : BAR
  const left = Math.min(x, RIGHT - width)
  return html`<rect class="${kind}" x="${left}" y="${y}" width="${width.toFixed(2)}" height="${height}"><title>${title}</title></rect>
`
}

/** Ranges that are apart by less than one can see, as one. */
function visible(
  ranges: readonly SegmentRange[],
  scale: PictureScale,
  size: bigint,
): readonly SegmentRange[] {
  const seen: SegmentRange[] = []
  for (const range of ranges) {
    const before = seen.at(-1)
    const isNear = before && scale.x(range.first * size) - scale.x((before.last + 1n) * size) < 0.5
    if (isNear) seen[seen.length - 1] = { first: before.first, last: range.last }
    else seen.push(range)
  }
  return seen
}

/** From a delta to what it is based on; to the left where that is on another timeline. */
function chainLink(
  { scale }: Picture,
  backup: ReadableBackupStatus,
  others: readonly ReadableBackupStatus[],
  top: number,
): Markup {
  if (backup.parent === undefined) return nothing
  const y = top + BACKUPS_Y
  const to = scale.x(backup.finishLsn)
  const parent = others.find(({ name }) => name === backup.parent)
  const title = html`<title>${backup.name} is based on ${backup.parent}</title>`
  if (!parent)
    return html`<path class="chain elsewhere" d="M${Math.max(LEFT, to - 24)} ${y} H${to}">${title}</path>`
  const from = scale.x(parent.finishLsn)
  return html`<path class="chain" d="M${from} ${y} Q${(from + to) / 2} ${y + 24} ${to} ${y}">${title}</path>`
}

function backupLabels(
  scale: PictureScale,
  backups: readonly ReadableBackupStatus[],
  top: number,
  lastGood: string | undefined,
): Markup {
  const wanted = backups.map((backup) => ({
    text: readableTime(backup.finishMs ?? backup.modifiedMs).slice(5, 16),
    x: scale.x(backup.finishLsn),
    weight: weightOf(backup, lastGood),
  }))
  const labels = placeLabels(wanted, {
    rows: LABEL_ROWS,
    left: LEFT,
    right: WIDTH,
    characterWidth: CHARACTER_WIDTH,
    gap: 5,
  })
  return html`${labels.map(({ x, row, text }) => html`<text class="label" x="${x}" y="${top + LABELS_Y - row * LABEL_HEIGHT}">${text}</text>`)}`
}

function weightOf({ name, isPermanent, parent }: ReadableBackupStatus, lastGood: string | undefined): number {
  if (name === lastGood) return 3
  if (isPermanent) return 2
  return parent === undefined ? 1 : 0
}
