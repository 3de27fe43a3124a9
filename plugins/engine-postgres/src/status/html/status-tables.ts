import { readableBytes } from '@walg/core'
import { formatLsn } from '../../catalog/lsn.js'
import { formatSegmentName } from '../../catalog/wal-segment.js'
import { timeOf } from '../compute-status.js'
import type { RepositoryStatus } from '../repository-status.js'
import { holeEffect } from '../status-problems.js'
import { backupKind, isPermanent, readableTime } from '../status-words.js'
import { html, type Markup } from './markup.js'

/** The windows as a table. */
export function windowsTable({ windows }: RepositoryStatus): Markup {
  return table(
    'Every instant between the two is one that the cluster can be recovered to',
    ['Timeline', 'From (UTC)', 'LSN', 'To (UTC)', 'LSN', 'Backups', 'First backup'],
    windows.map(({ from, to, backups }) => [
      to.timelineId,
      readableTime(from.timeMs),
      formatLsn(from.lsn),
      readableTime(to.timeMs),
      formatLsn(to.lsn),
      backups.length,
      from.backup,
    ]),
  )
}

/** The holes as a table. */
export function holesTable({ holes, segmentBytes }: RepositoryStatus): Markup {
  return table(
    'Segments that recovery would ask for and not find',
    ['Timeline', 'First segment', 'Last segment', 'Segments', 'What it costs'],
    holes.map((hole) => [
      hole.timelineId,
      formatSegmentName(hole.timelineId, hole.first, segmentBytes),
      formatSegmentName(hole.timelineId, hole.last, segmentBytes),
      hole.last - hole.first + 1n,
      holeEffect(hole, segmentBytes),
    ]),
  )
}

/** The backups as a table, newest first. */
export function backupsTable({ backups }: RepositoryStatus): Markup {
  return table(
    'Newest first',
    ['Backup', 'Kind', 'Finished (UTC)', 'Timeline', 'Finish LSN', 'Stored', 'Permanent', 'Restorable'],
    [...backups]
      .reverse()
      .map((backup) => [
        backup.name,
        backupKind(backup),
        readableTime(timeOf(backup)),
        backup.kind === 'readable' ? backup.timelineId : '-',
        backup.kind === 'readable' ? formatLsn(backup.finishLsn) : '-',
        readableBytes(backup.storedBytes),
        isPermanent(backup) ? 'yes' : 'no',
        backup.obstacle === undefined ? 'yes' : `no: ${backup.obstacle}`,
      ]),
  )
}

function table(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly (string | number | bigint)[])[],
): Markup {
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`
}
