import { readableBytes } from '@walg/core'
import { formatLsn } from '../catalog/lsn.js'
import { formatTime } from './recovery-target.js'
import type { RestorePlan } from './restore-plan.js'
import type { RestoreSize } from './restore-size.js'
import { describeInstant, describeTarget } from './unreachable.js'

type Line = readonly [label: string, text: string]

/** The plan for people. */
export function planText(plan: RestorePlan, size: RestoreSize): string {
  return `${aligned([...planLines(plan), ...sizeLines(plan, size)])}Nothing was written.\n`
}

/** What was decided: backup, target, WAL. */
export function planLines(plan: RestorePlan): readonly Line[] {
  const { route, wal } = plan
  const { name, startTimeUs, finishTimeUs, sentinel } = route.candidate
  const duration =
    startTimeUs === undefined || finishTimeUs === undefined
      ? ''
      : `, ${formatTime(startTimeUs)} to ${formatTime(finishTimeUs)}`
  const count = wal.last - wal.first + 1n
  const names =
    count === 1n
      ? route.path.nameOf(wal.first)
      : `${route.path.nameOf(wal.first)} to ${route.path.nameOf(wal.last)}`
  return [
    ['Backup', `${name}${duration}, PostgreSQL ${majorVersion(sentinel.pgVersion)}`],
    ['Target', `${describeTarget(plan.request.target)} on timeline ${plan.path.timelines.timelineId}`],
    ['Recovery ends', endText(plan)],
    [
      'WAL to replay',
      `${names}, ${count} ${count === 1n ? 'segment' : 'segments'}, ${readableBytes(route.path.storedBytes(wal))} stored`,
    ],
  ]
}

function sizeLines(plan: RestorePlan, size: RestoreSize): readonly Line[] {
  const chain = size.backups > 1 ? ` of ${size.backups} backups` : ''
  const free =
    size.freeBytes === undefined ? '' : `, ${readableBytes(size.freeBytes)} free at ${plan.destination}`
  return [
    ['To fetch', `${size.objects} objects${chain}, ${readableBytes(size.storedBytes)}`],
    ['Local space', `${readableBytes(size.localBytes)} needed${free}`],
    ['Time', estimateText(size)],
  ]
}

function estimateText({ estimate }: RestoreSize): string {
  if (!estimate) return 'unknown: nothing could be measured'
  const { seconds, sampleBytes, sampleKey, bytesPerSecond } = estimate
  const part = sampleKey.slice(sampleKey.lastIndexOf('/') + 1)
  return (
    `about ${Math.max(1, Math.round(seconds))} s to fetch and unpack, if it all goes as the first ` +
    `${readableBytes(sampleBytes)} of ${part} did just now (${readableBytes(bytesPerSecond)}/s); ` +
    'writing to a slower disk, and the replay of WAL, are not in it'
  )
}

function endText({ request, stop, lastTransaction, action, route }: RestorePlan): string {
  if (!stop) {
    const what = request.isStandby ? 'never, the standby follows the archive' : 'with the archive'
    return lastTransaction
      ? `${what}; its last transaction ended at ${describeInstant(lastTransaction)}`
      : what
  }
  const then = `; then ${action}`
  switch (request.target.kind) {
    case 'time':
      return `before the transaction that ended at ${describeInstant({ timeUs: stop.timeUs, lsn: stop.lsn })}${then}`
    case 'immediate':
      return `with the backup, ${describeInstant(route.end)}${then}`
    default:
      return `at ${describeInstant({ timeUs: stop.timeUs, lsn: stop.lsn })}${then}`
  }
}

export function planJson(plan: RestorePlan): Readonly<Record<string, unknown>> {
  const { route, wal, stop, lastTransaction, request } = plan
  const { candidate, path } = route
  const end = stop ?? lastTransaction
  return {
    backup: candidate.name,
    start_lsn: formatLsn(candidate.startLsn),
    finish_lsn: formatLsn(candidate.finishLsn),
    finish_time: candidate.finishTimeUs === undefined ? undefined : formatTime(candidate.finishTimeUs),
    pg_version: candidate.sentinel.pgVersion,
    target: describeTarget(request.target),
    standby: request.isStandby,
    timeline: path.timelines.timelineId,
    recovery_end: end && {
      lsn: formatLsn(end.lsn),
      time: end.timeUs === undefined ? undefined : formatTime(end.timeUs),
    },
    action: request.target.kind === 'latest' ? undefined : plan.action,
    wal: {
      first: path.nameOf(wal.first),
      last: path.nameOf(wal.last),
      segments: wal.last - wal.first + 1n,
      stored_bytes: path.storedBytes(wal),
    },
    destination: plan.destination,
  }
}

export function sizeJson(size: RestoreSize): Readonly<Record<string, unknown>> {
  const { estimate } = size
  return {
    fetch: { backups: size.backups, objects: size.objects, stored_bytes: size.storedBytes },
    space: { needed_bytes: size.localBytes, free_bytes: size.freeBytes },
    estimate: estimate && {
      seconds: Math.round(estimate.seconds * 10) / 10,
      sample: estimate.sampleKey,
      sample_bytes: estimate.sampleBytes,
      bytes_per_second: Math.round(estimate.bytesPerSecond),
    },
  }
}

/** Labels in a column of their own. */
export function aligned(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([label]) => label.length))
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join('')
}

const majorVersion = (version: number) => Math.floor(version / 10_000)
