import { commandLineError, deleteOperation, parseDuration, parseTimestamp } from '@walg/core'
import type { Operation, OperationContext, OperationInput } from '@walg/sdk'
import { pgCatalog } from '../catalog/catalog-rules.js'
import { type RequestIn, requireReadable } from './delete-requests.js'

const NS_PER_MS = 1e6
const DAY_MS = 24 * 3_600_000
const TIMELINE_DIGITS = 8
const LAST_TIMELINE = 0xffff_ffff

/** wal-purge: WAL, history and metadata that no backup needs. WAL-G has no such command. */
export const walPurge: Operation = deleteOperation(pgCatalog, {
  id: 'wal-purge',
  summary: 'Delete WAL, history and WAL metadata that no backup needs, by age or timeline',
  args: [],
  flags: {
    'older-than': {
      kind: 'string',
      summary: 'only what was stored before this RFC 3339 time, or so long ago: 36h, 30d',
    },
    timeline: { kind: 'string', summary: 'only of this timeline: a number, or eight hexadecimal digits' },
  },
  readRequest: purgeRequest,
})

function purgeRequest({ flags }: OperationInput, ctx: OperationContext): RequestIn {
  const { 'older-than': olderThan, timeline } = flags
  if (olderThan === undefined && timeline === undefined) {
    throw commandLineError('expected --older-than, --timeline or both')
  }
  const nowMs = ctx.clock.now().getTime()
  const storedBeforeMs = olderThan === undefined ? undefined : timeOf(String(olderThan), nowMs)
  const branch = timeline === undefined ? undefined : branchOf(String(timeline))
  return (catalog) => {
    requireReadable(catalog)
    return {
      kind: 'purge',
      ...(storedBeforeMs !== undefined && { storedBeforeMs }),
      ...(branch !== undefined && { branch }),
    }
  }
}

function timeOf(text: string, nowMs: number): number {
  const nanoseconds = parseTimestamp(text)
  const days = /^(\d+)d$/.exec(text)?.[1]
  const ageMs = days === undefined ? parseDuration(text) : Number(days) * DAY_MS
  const agoMs = ageMs === undefined ? undefined : nowMs - ageMs
  const timeMs = nanoseconds === undefined ? agoMs : Number(nanoseconds) / NS_PER_MS
  if (timeMs !== undefined && timeMs <= nowMs) return timeMs
  throw commandLineError(
    `--older-than ${text} is no time of the past: give an age such as 36h or 30d, or a time such as 2026-08-01T00:00:00Z`,
  )
}

/** Eight digits are as in the names of segments; fewer are a number as the server shows it. */
function branchOf(text: string): string {
  const id = /^[0-9A-Fa-f]{8}$/.test(text) ? Number(`0x${text}`) : /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (id >= 1 && id <= LAST_TIMELINE) return id.toString(16).toUpperCase().padStart(TIMELINE_DIGITS, '0')
  throw commandLineError(`--timeline ${text} is no timeline: give a number such as 3, or 00000003`)
}
