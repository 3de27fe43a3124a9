import { formatLsn } from '../../catalog/lsn.js'
import type { ReadableBackupStatus } from '../repository-status.js'
import { readableTime } from '../status-words.js'
import { html, type Markup, nothing } from './markup.js'

const FULL_RADIUS = 7
const DELTA_RADIUS = 6
const RING_RADIUS = 11

/** The mark of a backup: a disc for a full one, a diamond for a delta, in a ring when permanent, hollow and crossed when it cannot be restored. */
export function backupMark(backup: ReadableBackupStatus, x: number, y: number): Markup {
  const isBad = backup.obstacle !== undefined
  return html`<g class="backup ${isBad ? 'bad' : 'good'}">
<title>${titleOf(backup)}</title>
${backup.isPermanent ? ring(x, y) : nothing}
${backup.parent === undefined ? disc(x, y) : diamond(x, y)}
${isBad ? cross(x, y) : nothing}
</g>`
}

export function disc(x: number, y: number): Markup {
  return html`<circle class="mark" cx="${x}" cy="${y}" r="${FULL_RADIUS}"/>`
}

export function diamond(x: number, y: number): Markup {
  const r = DELTA_RADIUS
  return html`<path class="mark" d="M${x} ${y - r} L${x + r} ${y} L${x} ${y + r} L${x - r} ${y} Z"/>`
}

export function ring(x: number, y: number): Markup {
  return html`<circle class="ring" cx="${x}" cy="${y}" r="${RING_RADIUS}"/>`
}

export function cross(x: number, y: number): Markup {
  return html`<path class="cross" d="M${x - 4} ${y - 4} L${x + 4} ${y + 4} M${x + 4} ${y - 4} L${x - 4} ${y + 4}"/>`
}

function titleOf({
  name,
  parent,
  isPermanent,
  finishMs,
  startLsn,
  finishLsn,
  obstacle,
}: ReadableBackupStatus): string {
  const kind = parent === undefined ? 'full' : `delta to ${parent}`
  const permanent = isPermanent ? ', permanent' : ''
  const problem = obstacle === undefined ? '' : `; cannot be restored: ${obstacle}`
  return `${name}, ${kind}${permanent}, finished ${readableTime(finishMs)} UTC, ${formatLsn(startLsn)} to ${formatLsn(finishLsn)}${problem}`
}
