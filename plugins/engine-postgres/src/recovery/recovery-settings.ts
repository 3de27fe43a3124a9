import { formatLsn } from '../catalog/lsn.js'
import { formatTime, type RecoveryTarget } from './recovery-target.js'

export type RecoveryAction = 'pause' | 'promote' | 'shutdown'

/** What PostgreSQL is to do when it first starts on the restored directory. */
export interface RecoveryPlan {
  /** `server_version_num`. */
  readonly pgVersion: number
  readonly target: RecoveryTarget
  /** A timeline id or `latest`; absent: the one of the backup. */
  readonly timeline: string | undefined
  readonly action: RecoveryAction
  readonly isStandby: boolean
  readonly restoreCommand: string
}

/** A file of the data directory with its whole new text. */
export interface RecoveryFile {
  readonly name: string
  readonly text: string
}

type Setting = readonly [name: string, value: string]

const FIRST_WITH_SIGNAL_FILES = 120_000
const RECOVERY_SETTING =
  /^\s*(restore_command|recovery_target\w*|recovery_end_command|recovery_min_apply_delay|archive_cleanup_command)\b/i
const TARGET_SETTINGS = {
  immediate: 'recovery_target',
  time: 'recovery_target_time',
  lsn: 'recovery_target_lsn',
  xid: 'recovery_target_xid',
  name: 'recovery_target_name',
} as const

/**
 * The files that make PostgreSQL recover: `recovery.conf` up to version 11; later ones read postgresql.auto.conf and a
 * signal file. `autoConf` is what the restored postgresql.auto.conf holds; recovery settings of the old server are dropped
 * from it, because PostgreSQL refuses to start on two targets.
 */
export function recoveryFiles(plan: RecoveryPlan, autoConf: string): readonly RecoveryFile[] {
  if (plan.pgVersion < FIRST_WITH_SIGNAL_FILES) {
    return [{ name: 'recovery.conf', text: lines(settingsBefore12(plan)) }]
  }
  const kept = autoConf
    .split('\n')
    .filter((line) => !RECOVERY_SETTING.test(line))
    .join('\n')
  const gap = kept === '' || kept.endsWith('\n') ? '' : '\n'
  return [
    {
      name: 'postgresql.auto.conf',
      text: `${kept}${gap}# written by walg pg restore\n${lines(settingsSince12(plan))}`,
    },
    { name: plan.isStandby ? 'standby.signal' : 'recovery.signal', text: '' },
  ]
}

function settingsBefore12(plan: RecoveryPlan): readonly Setting[] {
  return [
    ['restore_command', plan.restoreCommand],
    ...(plan.isStandby ? ([['standby_mode', 'on']] as const) : []),
    ...(plan.timeline === undefined ? [] : ([['recovery_target_timeline', plan.timeline]] as const)),
    ...targetSettings(plan),
  ]
}

/**
 * These override what postgresql.conf says. A target there would be a second one, and a delay would hold up recovery; an
 * empty target has to come before the one that counts.
 */
function settingsSince12(plan: RecoveryPlan): readonly Setting[] {
  const { target } = plan
  const others = Object.entries(TARGET_SETTINGS).filter(([kind]) => kind !== target.kind)
  return [
    ['restore_command', plan.restoreCommand],
    ...others.map(([, name]) => [name, ''] as const),
    ...(plan.isStandby ? [] : ([['recovery_min_apply_delay', '0']] as const)),
    ['recovery_target_timeline', plan.timeline ?? 'current'],
    ...targetSettings(plan),
  ]
}

function targetSettings({ target, action }: RecoveryPlan): readonly Setting[] {
  if (target.kind === 'latest') return []
  return [
    ['recovery_target_inclusive', 'true'],
    [TARGET_SETTINGS[target.kind], targetValue(target)],
    ['recovery_target_action', action],
  ]
}

function targetValue(target: Exclude<RecoveryTarget, { readonly kind: 'latest' }>): string {
  switch (target.kind) {
    case 'immediate':
      return 'immediate'
    case 'time':
      return formatTime(target.timeUs)
    case 'lsn':
      return formatLsn(target.lsn)
    case 'xid':
      return target.transactionId.toString()
    case 'name':
      return target.name
  }
}

function lines(settings: readonly Setting[]): string {
  return settings.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`).join('')
}
