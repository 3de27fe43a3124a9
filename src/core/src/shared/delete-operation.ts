import type {
  ArgSpec,
  CatalogRules,
  FlagSpec,
  Operation,
  OperationContext,
  OperationInput,
  OperationResult,
} from '@walg/sdk'
import { executePlan } from '../retention/execute-plan.js'
import { planRetention } from '../retention/plan-retention.js'
import { UNKNOWN } from '../retention/planned-objects.js'
import { readRetentionCatalog } from '../retention/read-retention-catalog.js'
import type { RetentionCatalog } from '../retention/retention-catalog.js'
import type { RetentionPlan } from '../retention/retention-plan.js'
import type { RetentionRequest } from '../retention/retention-request.js'
import { simulationOf } from './policy-flags.js'

/** Done, but something had to stay because nobody understands a backup. */
const FOUND_PROBLEMS = 11

const CONFIRM: FlagSpec = { confirm: { kind: 'bool', summary: 'delete; without it only say what would go' } }

/** What a command that deletes has of its own. */
export interface DeleteSpec {
  readonly id: string
  readonly summary: string
  readonly args: ArgSpec
  readonly flags?: FlagSpec
  /**
   * Reads the command line, before anything is listed, and then what it asks for in a catalogue. Throws `E_USAGE` for words that
   * are wrong, and `E_BACKUP_NOT_FOUND` or `E_DELETE_REFUSED` for what is not there or must not be done.
   */
  readRequest(
    input: OperationInput,
    ctx: OperationContext,
  ): (catalog: RetentionCatalog) => RetentionRequest | Promise<RetentionRequest>
}

/** A command that plans, says what would go, and with --confirm deletes exactly that. */
export function deleteOperation(
  rules: CatalogRules,
  { id, summary, args, flags, readRequest }: DeleteSpec,
): Operation {
  return {
    id,
    summary,
    args,
    flags: { ...flags, ...CONFIRM },
    async run(ctx, input) {
      const requestIn = readRequest(input, ctx)
      const storages = await ctx.storages()
      const catalog = await readRetentionCatalog(ctx, storages, rules)
      const request = await requestIn(catalog)
      const simulation = simulationOf(input, catalog, request)
      if (simulation) return simulation
      const plan = planRetention(catalog, request)
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
  }
}

/** In the words of WAL-G, and on stderr, as there. */
function tell(
  ctx: OperationContext,
  { objects }: RetentionCatalog,
  { backups, phases, fates, warnings }: RetentionPlan,
): void {
  for (const { name, isDeleted, reason } of backups) {
    ctx.log.info(`Backup ${isDeleted ? 'goes' : 'is kept'}: ${name}, ${reason}`)
  }
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
