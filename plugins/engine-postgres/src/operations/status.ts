import {
  answeringStorages,
  mergedStorage,
  POLICY_RULE_FLAGS,
  policyRequest,
  TARGET_STORAGE_FLAG,
} from '@walg/core'
import {
  type FlagSpec,
  isWalgError,
  type Operation,
  type OperationContext,
  type OperationInput,
  type OperationResult,
} from '@walg/sdk'
import { readWalPosition, type WalPosition } from '../server/wal-position.js'
import { computeStatus } from '../status/compute-status.js'
import { statusPage } from '../status/html/status-page.js'
import { writePage } from '../status/html/write-page.js'
import { readStatusCatalog } from '../status/read-status-catalog.js'
import { statusJson } from '../status/status-json.js'
import { statusText } from '../status/status-text.js'
import { nextDeletionBy } from './next-deletion.js'

const FOUND_PROBLEMS = 11
/** A server that takes longer is as good as away: a monitor is waiting. */
const SERVER_MS = 5_000

/** Here nothing is deleted by them. */
const NEXT_DELETION_FLAGS: FlagSpec = Object.fromEntries(
  Object.entries(POLICY_RULE_FLAGS).map(([flag, spec]) => [
    flag,
    { ...spec, summary: `show the next deletion under this rule: ${spec.summary}` },
  ]),
)

/** status: what can be restored, and what is wrong. */
export const status: Operation = {
  id: 'status',
  summary: 'Show what can be restored and what is wrong; exit with 11 when something is',
  args: [],
  flags: {
    html: { kind: 'string', summary: 'also write a page with a picture of the timelines to this file' },
    'max-backup-age': {
      kind: 'duration',
      summary: 'take it for a problem when the last good backup is older, such as 26h (default no limit)',
    },
    'max-archive-lag': {
      kind: 'duration',
      summary: 'take it for a problem when the newest WAL is older, such as 15m (default no limit)',
    },
    'without-server': { kind: 'bool', summary: 'do not ask the server for its WAL position' },
    'target-storage': TARGET_STORAGE_FLAG,
    ...NEXT_DELETION_FLAGS,
  },
  run: runStatus,
}

async function runStatus(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  const { flags } = input
  const policy = policyRequest(input)
  const { storages, unavailable } = await answeringStorages(ctx, input)
  const server = flags['without-server'] === true ? undefined : await positionIfThere(ctx)
  const catalog = await readStatusCatalog(ctx, mergedStorage(storages, unavailable), {
    server,
    unavailableStorages: unavailable,
    nextDeletion: policy && (await nextDeletionBy(ctx, policy, storages)),
  })
  const result = computeStatus(catalog, {
    ...(flags['max-backup-age'] !== undefined && { maxBackupAgeMs: Number(flags['max-backup-age']) }),
    ...(flags['max-archive-lag'] !== undefined && { maxArchiveLagMs: Number(flags['max-archive-lag']) }),
  })
  if (flags['html'] !== undefined) await writePage(String(flags['html']), statusPage(result))
  const isGood = !result.problems.some(({ isFailure }) => isFailure)
  return { text: statusText(result), jsonText: statusJson(result), exitCode: isGood ? 0 : FOUND_PROBLEMS }
}

async function positionIfThere(ctx: OperationContext): Promise<WalPosition | undefined> {
  try {
    return await readWalPosition(ctx.settings, SERVER_MS)
  } catch (error) {
    if (!isWalgError(error) || !/^E_DATABASE_/.test(error.code)) throw error
    ctx.log.debug(`the server was not asked: ${error.message}`)
    return undefined
  }
}
