import type { RepositoryStatus, TimelineStatus } from '../repository-status.js'
import { readableTime, summaryFacts, verdict } from '../status-words.js'
import { cross, diamond, disc, ring } from './backup-mark.js'
import { clusterPicture } from './cluster-picture.js'
import { html, type Markup, nothing } from './markup.js'
import { PAGE_STYLE } from './page-style.js'
import { backupsTable, holesTable, windowsTable } from './status-tables.js'

/** The worst ones; the rest is folded away, so that the picture is seen without scrolling. */
const SHOWN_PROBLEMS = 3

/** The status as one page that needs nothing else: no script, no font, no picture from elsewhere. */
export function statusPage(status: RepositoryStatus): string {
  const isGood = !status.problems.some(({ isFailure }) => isFailure)
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>PostgreSQL backups: ${verdict(status)}</title>
<style>${{ markup: PAGE_STYLE }}</style>
</head>
<body>
<header>
<h1>PostgreSQL backups</h1>
<span class="verdict ${isGood ? 'good' : 'bad'}">${verdict(status)}</span>
<span class="soft">as of ${readableTime(status.nowMs)} UTC</span>
</header>
<dl>${summaryFacts(status).map(
    ([label, text]) => html`<dt>${label}</dt><dd>${text}</dd>
`,
  )}</dl>
${problems(status)}
<h2>Timelines</h2>
${pictures(status)}
${legend()}
<p class="soft">Dates of backups are month-day and hour:minute, UTC.</p>
<h2>Restorable</h2>
${status.windows.length > 0 ? windowsTable(status) : html`<p>Nothing can be restored.</p>`}
${status.holes.length > 0 ? html`<h2>Holes in the WAL</h2>${holesTable(status)}` : nothing}
<h2>Backups</h2>
${status.backups.length > 0 ? backupsTable(status) : html`<p>There is no backup.</p>`}
</body>
</html>
`
  return page.markup
}

function problems({ problems: found }: RepositoryStatus): Markup {
  if (found.length === 0) return nothing
  const heading = found.some(({ isFailure }) => isFailure) ? 'Problems' : 'Notes'
  const rest = found.slice(SHOWN_PROBLEMS)
  const more = html`<details><summary>${restText(rest)}</summary>${problemList(rest)}</details>`
  return html`<h2>${heading}</h2>
${problemList(found.slice(0, SHOWN_PROBLEMS))}${rest.length > 0 ? more : nothing}`
}

function restText(rest: RepositoryStatus['problems']): string {
  const failures = rest.filter(({ isFailure }) => isFailure).length
  const notes = rest.length - failures
  const parts = [
    ...(failures > 0 ? [`${failures} more problem${failures === 1 ? '' : 's'}`] : []),
    ...(notes > 0 ? [`${notes} note${notes === 1 ? '' : 's'}`] : []),
  ]
  return parts.join(' and ')
}

function problemList(found: RepositoryStatus['problems']): Markup {
  return html`<ul class="problems">${found.map(
    ({ isFailure, message }) =>
      html`<li class="${isFailure ? 'failure' : 'note'}">${isFailure ? '' : 'Note: '}${message}</li>
`,
  )}</ul>`
}

function pictures(status: RepositoryStatus): Markup {
  const clusters = new Map<bigint | undefined, TimelineStatus[]>()
  for (const timeline of status.timelines) {
    const { systemIdentifier } = timeline
    clusters.set(systemIdentifier, [...(clusters.get(systemIdentifier) ?? []), timeline])
  }
  if (clusters.size === 0) return html`<p>There is neither WAL nor a backup.</p>`
  return html`${[...clusters].map(([systemIdentifier, timelines]) => {
    const title =
      systemIdentifier === undefined ? 'Cluster' : `Cluster with system identifier ${systemIdentifier}`
    const heading = clusters.size > 1 ? html`<h3>${title}</h3>` : nothing
    return html`<section>${heading}<div class="scroll">${clusterPicture(status, timelines, title)}</div></section>`
  })}`
}

function legend(): Markup {
  const middle = 15
  const entries: readonly (readonly [Markup, string])[] = [
    [html`<g class="good">${disc(middle, 13)}</g>`, 'full backup'],
    [html`<g class="good">${diamond(middle, 13)}</g>`, 'delta, linked to what it is based on'],
    [html`${ring(middle, 13)}`, 'permanent'],
    [html`<g class="bad">${disc(middle, 13)}${cross(middle, 13)}</g>`, 'cannot be restored'],
    [html`<rect class="window" x="1" y="7" width="28" height="12"/>`, 'restorable'],
    [html`<rect class="wal" x="1" y="7" width="28" height="12"/>`, 'archived WAL'],
    [html`<rect class="hole" x="10" y="4" width="10" height="18"/>`, 'hole in the WAL'],
    [html`<path class="switch" d="M15 1 V25"/>`, 'a timeline begins'],
  ]
  return html`<ul class="legend" aria-label="Legend">${entries.map(
    ([mark, text]) =>
      html`<li><svg class="legend" viewBox="0 0 30 26" aria-hidden="true">${mark}</svg> ${text}</li>
`,
  )}</ul>`
}
