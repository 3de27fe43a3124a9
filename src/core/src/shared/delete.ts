import type { ArgSpec, CatalogRules, FlagSpec, Operation, OperationContext, OperationResult } from '@walg/sdk'
import { executePlan } from '../retention/execute-plan.js'
import { planRetention, UNKNOWN } from '../retention/plan-retention.js'
import { readRetentionCatalog } from '../retention/read-retention-catalog.js'
import type { RetentionCatalog } from '../retention/retention-catalog.js'
import type { RetentionPlan } from '../retention/retention-plan.js'
import {
  beforeRequest,
  everythingRequest,
  type ReadRequest,
  retainRequest,
  targetRequest,
} from './delete-request.js'

/** Done, but something had to stay because nobody understands a backup. */
const FOUND_PROBLEMS = 11

const CONFIRM: FlagSpec = { confirm: { kind: 'bool', summary: 'delete; without it only say what would go' } }

interface DeleteCommand {
  readonly id: string
  readonly summary: string
  readonly args: ArgSpec
  readonly flags?: FlagSpec
  readonly readRequest: ReadRequest
}

const COMMANDS: readonly DeleteCommand[] = [
  {
    id: 'delete before',
    summary: 'Delete backups and logs that are older than a backup or a time',
    args: modified('FIND_FULL, or the backup or time', 'backup or RFC 3339 time, after FIND_FULL'),
    readRequest: beforeRequest,
  },
  {
    id: 'delete retain',
    summary: 'Delete all but the newest backups, and logs that are older',
    args: modified('FULL or FIND_FULL, or the number', 'number of backups, after FULL or FIND_FULL'),
    flags: {
      after: {
        kind: 'string',
        char: 'a',
        summary: 'keep what was begun from this backup or RFC 3339 time on',
      },
    },
    readRequest: retainRequest,
  },
  {
    id: 'delete everything',
    summary: 'Delete all backups and logs',
    args: [
      { name: 'modifier', summary: 'FORCE: although there are permanent ones, which stay', required: false },
    ],
    readRequest: everythingRequest,
  },
  {
    id: 'delete target',
    summary: 'Delete a backup and the increments to it',
    args: modified('FIND_FULL, or the backup', 'backup of which the whole chain is to go, after FIND_FULL'),
    readRequest: targetRequest,
  },
]

/** delete before, retain, everything and target of an engine that says how its backups are understood. */
export function sharedDeletes(rules: CatalogRules): readonly Operation[] {
  return COMMANDS.map(({ id, summary, args, flags, readRequest }) => ({
    id,
    summary,
    args,
    flags: { ...flags, ...CONFIRM },
    async run(ctx, input) {
      const storages = await ctx.storages()
      const catalog = await readRetentionCatalog(ctx, storages, rules)
      const plan = planRetention(catalog, readRequest(input, catalog.backups, catalog.nowMs))
      const count = plan.phases.reduce((sum, phase) => sum + phase.length, 0)
      const isConfirmed = input.flags['confirm'] === true
      tell(ctx, catalog, plan)
      if (count === 0) ctx.log.info('No objects matched the deletion criteria.')
      else if (isConfirmed) {
        await executePlan(ctx, storages, plan)
        ctx.log.info(`Objects deleted successfully: count=${count}`)
      } else {
        ctx.log.info(`Dry run: objects would be deleted count=${count}, Run with --confirm to execute`)
      }
      return {
        ...(input.flags['json'] === true && { json: planJson(catalog, plan, isConfirmed) }),
        exitCode: plan.isHeldBack ? FOUND_PROBLEMS : 0,
      }
    },
  }))
}

/** In the words of WAL-G, and on stderr, as there. */
function tell(
  ctx: OperationContext,
  { objects }: RetentionCatalog,
  { phases, fates, warnings }: RetentionPlan,
): void {
  for (const [index, { key, storageName }] of objects.entries()) {
    if (fates[index] === UNKNOWN)
      ctx.log.info(`Object is kept: ${key} storage=${storageName}, ${UNKNOWN.reason}`)
  }
  for (const phase of phases) {
    for (const { key, storageName } of phase) {
      ctx.log.info(`Object marked for deletion: ${key} storage=${storageName}`)
    }
  }
  for (const warning of warnings) ctx.log.warn(warning)
}

function planJson(
  { objects }: RetentionCatalog,
  { backups, fates, warnings }: RetentionPlan,
  isConfirmed: boolean,
): OperationResult['json'] {
  const action = (isDeleted: boolean) => (isDeleted ? 'delete' : 'keep')
  return {
    dry_run: !isConfirmed,
    backups: backups.map(({ name, isDeleted, reason }) => ({
      backup_name: name,
      action: action(isDeleted),
      reason,
    })),
    objects: objects.map(({ key, storageName, size }, index) => ({
      key,
      storage_name: storageName,
      size,
      action: action(fates[index]!.isDeleted),
      reason: fates[index]!.reason,
    })),
    warnings,
  }
}

function modified(first: string, second: string): ArgSpec {
  return [
    { name: 'modifier_or_value', summary: first, required: true },
    { name: 'value', summary: second, required: false },
  ]
}
