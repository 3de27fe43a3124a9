import { readableBytes, readStorage, TARGET_STORAGE_FLAG } from '@walg/core'
import type { FlagSpec, Operation, OperationContext, OperationInput, OperationResult } from '@walg/sdk'
import { catalogAt } from '../catalog/backup-catalog.js'
import { fetchBackup } from '../fetch/fetch-backup.js'
import { restoreSpecOf } from '../fetch/restore-spec.js'
import { type CarriedSettings, carriedSettings } from '../recovery/carried-settings.js'
import { nextSteps } from '../recovery/next-steps.js'
import type { RecoveryPlan } from '../recovery/recovery-settings.js'
import { restoreCommandOf } from '../recovery/restore-command.js'
import { planRestore, type RestorePlan } from '../recovery/restore-plan.js'
import { aligned, planJson, planLines, planText, sizeJson } from '../recovery/restore-report.js'
import { measureRestore } from '../recovery/restore-size.js'
import { writeRecoveryFiles } from '../recovery/write-recovery-files.js'

const FLAGS: FlagSpec = {
  to: { kind: 'string', summary: "recover to an instant, such as '2026-08-01 10:11:12.5+02'" },
  'to-lsn': { kind: 'string', summary: 'recover to a WAL position, such as 0/3000028' },
  'to-xid': { kind: 'string', summary: 'recover to a transaction' },
  'to-name': { kind: 'string', summary: 'recover to a restore point made by pg_create_restore_point' },
  immediate: { kind: 'bool', summary: 'stop as soon as the backup is consistent' },
  latest: { kind: 'bool', summary: 'recover to the end of the archive; the default' },
  backup: { kind: 'string', summary: 'backup to use; default: the one that needs the least WAL' },
  timeline: { kind: 'string', summary: 'timeline to recover along, a number or latest; default latest' },
  standby: { kind: 'bool', summary: 'make a standby instead of ending recovery' },
  action: {
    kind: 'string',
    summary: 'what PostgreSQL does at the target: pause, promote or shutdown; default pause',
    values: ['pause', 'promote', 'shutdown'],
  },
  plan: { kind: 'bool', summary: 'print what would be done, and write nothing' },
  'restore-spec': { kind: 'string', summary: 'JSON file with other places for the tablespaces' },
  'target-storage': TARGET_STORAGE_FLAG,
}

/** restore: everything from an empty directory to one on which PostgreSQL recovers to the target. */
export const restore: Operation = {
  id: 'restore',
  summary: 'Restore a cluster to an instant, ready to be started',
  args: [
    { name: 'destination_directory', summary: 'directory to restore into, empty or new', required: true },
  ],
  flags: FLAGS,
  run: runRestore,
}

async function runRestore(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  const storage = await readStorage(ctx, input)
  const catalog = catalogAt(ctx, storage)
  const plan = await planRestore(ctx, storage, input)
  const { name } = plan.route.candidate
  if (input.flags['plan'] === true) {
    const size = await measureRestore(ctx, catalog, name, plan.destination)
    return { text: planText(plan, size), json: { ...planJson(plan), ...sizeJson(size) } }
  }

  const begin = ctx.clock.monotonicMs()
  const carried = carriedSettings(ctx, input)
  const spec = await restoreSpecOf(input)
  const fetched = await fetchBackup(ctx, catalog, {
    backup: name,
    destination: plan.destination,
    ...(spec && { restoreSpec: spec }),
    beforeControl: (directory: string) => writeRecoveryFiles(directory, recoveryPlanOf(ctx, plan, carried)),
  })
  const seconds = (ctx.clock.monotonicMs() - begin) / 1000
  const steps = nextSteps(plan, carried)
  const done = `${fetched.files} files, ${readableBytes(fetched.bytes)}, in ${seconds.toFixed(1)} s`
  return {
    text:
      `${aligned([...planLines(plan), ['Restored', `${plan.destination}: ${done}`]])}\nNext:\n` +
      steps.map((step) => `  ${step}\n`).join(''),
    json: { ...planJson(plan), ...fetched, seconds, next: steps, needed_environment: carried.neededSecrets },
  }
}

function recoveryPlanOf(ctx: OperationContext, plan: RestorePlan, carried: CarriedSettings): RecoveryPlan {
  return {
    pgVersion: plan.route.candidate.sentinel.pgVersion,
    target: plan.request.target,
    timeline: plan.timelineSetting,
    action: plan.action,
    isStandby: plan.request.isStandby,
    restoreCommand: restoreCommandOf(ctx.self, carried.environment, carried.configPath),
  }
}
