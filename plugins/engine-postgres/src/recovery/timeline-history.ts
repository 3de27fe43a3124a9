import { WalgError } from '@walg/sdk'
import { parseLsn, tryParseLsn } from '../catalog/lsn.js'

/** One timeline that a history left, and where. */
export interface TimelineSwitch {
  readonly timelineId: number
  /** First LSN that is no longer on this timeline. */
  readonly endLsn: bigint
}

/** Reads a timeline history file: the timelines before this one, oldest first. */
export function parseTimelineHistory(text: string, fileName: string): readonly TimelineSwitch[] {
  const switches: TimelineSwitch[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const match = /^\s*(\d+)\s+([0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8})(\s|$)/.exec(line)
    if (!match) {
      throw new WalgError(
        'E_WAL_INVALID',
        `unable to read ${fileName}: '${line.slice(0, 80)}' is no history entry`,
      )
    }
    const [, timeline, lsn = ''] = match
    switches.push({ timelineId: Number(timeline), endLsn: parseLsn(lsn) })
  }
  return switches
}

/**
 * The same as WAL-G reads it: fields between tabs, and lines that are none are passed over. For what is shown only; recovery goes
 * by what PostgreSQL would read.
 */
export function parseHistoryRecords(text: string, fileName: string): readonly TimelineSwitch[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\d+)\t(.+)\t(.+)$/.exec(line)
    if (!match) return []
    const endLsn = tryParseLsn(match[2] ?? '')
    if (endLsn !== undefined) return [{ timelineId: Number(match[1]), endLsn }]
    throw new WalgError('E_WAL_INVALID', `unable to read ${fileName}: '${match[2]}' is no LSN`)
  })
}

/** The way from the first timeline to a target timeline. */
export class TimelinePath {
  readonly timelineId: number
  readonly #switches: readonly TimelineSwitch[]

  constructor(timelineId: number, switches: readonly TimelineSwitch[]) {
    this.timelineId = timelineId
    this.#switches = switches
  }

  /** Whether what was written on this timeline up to `lsn` is part of the history. */
  contains(timelineId: number, lsn: bigint): boolean {
    if (timelineId === this.timelineId) return true
    const left = this.#switches.find((entry) => entry.timelineId === timelineId)
    return left !== undefined && lsn <= left.endLsn
  }

  /** The timelines of the history, oldest first. */
  timelineIds(): readonly number[] {
    return [...this.#switches.map(({ timelineId }) => timelineId), this.timelineId]
  }

  /** The segments whose files are of this timeline; none when `last` is below `first`, no end when it is undefined. */
  boundsOf(
    timelineId: number,
    segmentBytes: number,
  ): { readonly first: bigint; readonly last: bigint | undefined } {
    const size = BigInt(segmentBytes)
    const at = this.#switches.findIndex((entry) => entry.timelineId === timelineId)
    const before = at < 0 ? this.#switches.at(-1) : this.#switches[at - 1]
    const left = at < 0 ? undefined : this.#switches[at]
    return { first: before ? before.endLsn / size : 0n, last: left && left.endLsn / size - 1n }
  }

  /** The timeline whose file holds this segment to its end; the one that begins in it where there is a switch. */
  timelineOf(segment: bigint, segmentBytes: number): number {
    for (const { timelineId, endLsn } of this.#switches) {
      if (segment < endLsn / BigInt(segmentBytes)) return timelineId
    }
    return this.timelineId
  }
}
