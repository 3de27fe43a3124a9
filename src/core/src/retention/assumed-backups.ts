import type { RetentionBackup } from './retention-catalog.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * The backups to come if they are taken as between the last two full ones: at the same intervals, full or each an increment to the one
 * before. With a single full backup, or two within an hour, one full backup a day; with none nothing is assumed.
 */
export function assumedBackups(
  backups: readonly RetentionBackup[],
  afterMs: number,
  untilMs: number,
): readonly RetentionBackup[] {
  const known = backups.filter(({ problem, isForeign }) => problem === undefined && !isForeign)
  const [before, last] = known.filter(({ parents }) => parents.length === 0).slice(-2)
  const newest = last ?? before
  if (!newest) return []
  const isCycle = last !== undefined && before !== undefined && last.timeMs - before.timeMs >= HOUR_MS
  const cycleMs = isCycle ? last.timeMs - before.timeMs : DAY_MS
  const offsets = isCycle
    ? known
        .filter(({ timeMs }) => timeMs >= before.timeMs && timeMs < last.timeMs)
        .map(({ timeMs, parents }) => ({ ms: timeMs - before.timeMs, isFull: parents.length === 0 }))
    : [{ ms: 0, isFull: true }]
  const assumed: RetentionBackup[] = []
  let previous = known.at(-1) ?? newest
  for (let beginMs = newest.timeMs; beginMs <= untilMs; beginMs += cycleMs) {
    for (const { ms, isFull } of offsets) {
      const timeMs = beginMs + ms
      if (timeMs <= afterMs || timeMs > untilMs) continue
      const kind = isFull ? 'full' : 'increment'
      previous = {
        name: `assumed ${kind} of ${new Date(timeMs).toISOString().slice(0, 16)}Z`,
        timeMs,
        modifiedMs: timeMs,
        isPermanent: false,
        parents: isFull ? [] : [previous.name],
        // Of the same system; where in its log nobody knows.
        ...(newest.era !== undefined && { era: newest.era }),
      }
      assumed.push(previous)
    }
  }
  return assumed
}
