import { commandLineError } from '@walg/core'
import type { Operation, OperationContext, OperationInput, OperationResult } from '@walg/sdk'
import { catalogAt } from '../catalog/backup-catalog.js'
import { formatSegmentName, segmentOf } from '../catalog/wal-segment.js'
import { currentPosition } from '../verify/current-position.js'
import { checkIntegrity } from '../verify/integrity-check.js'
import { readSwitchMap } from '../verify/switch-map.js'
import { checkTimeline } from '../verify/timeline-check.js'
import { type VerifyResults, verifyJson, verifyText } from '../verify/verify-report.js'
import { WAL_FOLDER } from '../wal/archived-object.js'
import { segmentBytesOf } from '../wal/wal-file.js'
import { listWal } from '../wal/wal-inventory.js'

const CHECKS = ['integrity', 'timeline']
/** A check has found what must not be. */
const EXIT_FAILURE = 11

/** wal-verify: whether the archive holds the WAL from the oldest backup to where the server is. */
export const walVerify: Operation = {
  id: 'wal-verify',
  summary: 'Check that the archive holds all WAL from the oldest backup to where the server is',
  args: [{ name: 'checks', summary: 'integrity, timeline, or both', required: false, variadic: true }],
  flags: {
    timeline: { kind: 'int', summary: 'timeline of the server, instead of asking it; with --lsn' },
    lsn: { kind: 'string', summary: 'WAL position of the server, such as 0/3000028; with --timeline' },
    'backup-name': {
      kind: 'string',
      summary: 'backup to begin with (default the oldest that is not permanent)',
    },
  },
  run: runWalVerify,
}

async function runWalVerify(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  const checks = checksOf(input)
  const position = await currentPosition(ctx, input)
  const segmentBytes = segmentBytesOf(ctx)
  // A position at the begin of a segment is the end of the one before: nothing of the next is written.
  const current = { timelineId: position.timelineId, segment: segmentOf(position.lsn - 1n, segmentBytes) }
  ctx.log.info(`Current WAL segment: ${formatSegmentName(current.timelineId, current.segment, segmentBytes)}`)

  const storage = await ctx.storage()
  const archive = storage.sub(WAL_FOLDER)
  const inventory = await listWal(ctx, archive)
  const verified = { inventory, catalog: catalogAt(ctx, storage), current, segmentBytes }
  const results: VerifyResults = {
    ...(checks.has('integrity') && {
      integrity: await checkIntegrity(
        ctx,
        verified,
        await readSwitchMap(ctx, archive, inventory, current.timelineId, segmentBytes),
        input.flags['backup-name'] as string | undefined,
      ),
    }),
    ...(checks.has('timeline') && { timeline: checkTimeline(inventory, current.timelineId) }),
  }
  const hasFailed = [results.integrity, results.timeline].some((result) => result?.status === 'FAILURE')
  return {
    text: verifyText(results, segmentBytes),
    jsonText: verifyJson(results, segmentBytes),
    exitCode: hasFailed ? EXIT_FAILURE : 0,
  }
}

function checksOf({ rest = [] }: OperationInput): ReadonlySet<string> {
  if (rest.length === 0)
    throw commandLineError('at least one of the following checks should be specified: timeline, integrity')
  const unknown = rest.find((check) => !CHECKS.includes(check))
  if (unknown !== undefined) throw commandLineError(`invalid check specified: ${unknown}`)
  return new Set(rest)
}
