import type { StorageReader } from '@walg/core'
import type { OperationContext } from '@walg/sdk'
import type { RequiredWal } from '../catalog/backup-manifest.js'
import { formatSegmentName, segmentOf } from '../catalog/wal-segment.js'
import type { ArchiverView } from '../server/archiver-view.js'
import { findArchived } from '../wal/archived-object.js'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
const FIRST_REPORT_MS = 5_000
const REPORT_MS = 30_000

export interface WalWait {
  readonly archive: StorageReader
  readonly timelineId: number
  readonly startLsn: bigint
  readonly finishLsn: bigint
  readonly segmentBytes: number
  readonly archiver: ArchiverView
  /** False: the WAL is only named, for those who keep it elsewhere. */
  readonly isRequired: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The WAL that a backup needs, and why some of it did not come. */
export interface WalVerdict {
  readonly required: RequiredWal
  readonly whyMissing: string | undefined
}

/**
 * Waits until the repository holds the WAL from the start to the end of a backup. What is still missing in the end is named: because
 * the server calls it archived and the repository has it not, because nobody archives, or because time is up.
 */
export async function awaitWal(ctx: OperationContext, wait: WalWait): Promise<WalVerdict> {
  const names = segmentNames(wait)
  const verdict = (waitingFor?: string, whyMissing?: string): WalVerdict => ({
    required: {
      timelineId: wait.timelineId,
      firstSegment: names[0]!,
      lastSegment: names[names.length - 1]!,
      waitingFor,
    },
    whyMissing,
  })
  const deadline = ctx.clock.monotonicMs() + wait.timeoutMs
  for (const name of wait.isRequired ? names : []) {
    const whyMissing = await awaitSegment(ctx, wait, name, deadline)
    if (whyMissing !== undefined) return verdict(name, whyMissing)
  }
  return verdict()
}

/** Why the segment has not come; undefined once the repository holds it. */
async function awaitSegment(
  ctx: OperationContext,
  wait: WalWait,
  name: string,
  deadline: number,
): Promise<string | undefined> {
  let reportAt = ctx.clock.monotonicMs() + FIRST_REPORT_MS
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    if (await isArchived(ctx, wait, name)) return undefined
    const why = await hopeless(wait, name)
    // It may have arrived between the look at the repository and the server's answer.
    if (why !== undefined) return (await isArchived(ctx, wait, name)) ? undefined : why
    const now = ctx.clock.monotonicMs()
    if (now >= deadline) return 'the time limit has passed (WALG_BACKUP_WAL_TIMEOUT)'
    if (now >= reportAt) {
      await reportWait(ctx, wait, name)
      reportAt = now + REPORT_MS
    }
    await ctx.clock.sleep(Math.min(pause, deadline - now), wait.signal)
  }
}

async function reportWait(ctx: OperationContext, wait: WalWait, name: string): Promise<void> {
  const failing = await wait.archiver.failing()
  if (failing === undefined) ctx.log.info(`waiting for the server to archive ${name}`)
  else ctx.log.warn(`waiting for ${name}, but the server fails to archive ${failing}: see its log for why`)
}

/** Segments that recovery reads to become consistent. The one in which the finish LSN is the first byte is not among them. */
function segmentNames({ timelineId, startLsn, finishLsn, segmentBytes }: WalWait): readonly string[] {
  const first = segmentOf(startLsn, segmentBytes)
  const last = segmentOf(finishLsn - 1n, segmentBytes)
  const count = Number(last - first) + 1
  return Array.from({ length: count }, (_, index) =>
    formatSegmentName(timelineId, first + BigInt(index), segmentBytes),
  )
}

async function isArchived(ctx: OperationContext, wait: WalWait, name: string): Promise<boolean> {
  return (await findArchived(ctx, wait.archive, name)) !== undefined
}

/** Why a segment will not come any more; undefined while it may. */
async function hopeless(wait: WalWait, name: string): Promise<string | undefined> {
  if (await wait.archiver.callsArchived(name)) {
    return 'the server calls it archived, but the repository does not hold it'
  }
  if (await wait.archiver.mayArchive()) return undefined
  return 'the server does not archive (archive_mode, archive_command)'
}
