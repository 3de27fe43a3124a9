import { formatTime, type RecoveryTarget } from './recovery-target.js'

export type RecoveryAction = 'pause' | 'promote' | 'shutdown'

/** What PostgreSQL is to do when it first starts on the restored directory. */
export interface RecoveryPlan {
  /** `server_version_num`. */
  readonly pgVersion: number
  readonly target: RecoveryTarget
  /** A timeline id or `latest`; absent: the one of the backup. */
  readonly timeline: string
  readonly action: RecoveryAction
  readonly isStandby: boolean
  readonly restoreCommand: string
}

/** A file of the data directory, and whether the text replaces what it held or follows it. */
export interface RecoveryFile {
  readonly name: string
  readonly text: string
}

const FIRST_WITH_SIGNAL_FILES = 120_000
const RECOVERY_SETTING =
  /^\s*(restore_command|recovery_target\w*|recovery_end_command|archive_cleanup_command)\b/i

/**
 * The files that make PostgreSQL recover: `recovery.conf` up to version 11; later ones read postgresql.auto.conf and a
 * signal file. `autoConf` is what the restored postgresql.auto.conf holds; recovery settings of the old server are dropped
 * from it, because PostgreSQL refuses to start on two targets.
 */
export function recoveryFiles(plan: RecoveryPlan, autoConf: string): readonly RecoveryFile[] {
  const settings = recoverySettings(plan)
  const lines = settings.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`).join('')
  if (plan.pgVersion < FIRST_WITH_SIGNAL_FILES) return [{ name: 'recovery.conf', text: lines }]
  const kept = autoConf
    .split('\n')
    .filter((line) => !RECOVERY_SETTING.test(line))
    .join('\n')
  const gap = kept === '' || kept.endsWith('\n') ? '' : '\n'
  return [
    { name: 'postgresql.auto.conf', text: `${kept}${gap}# written by walg pg restore\n${lines}` },
    { name: plan.isStandby ? 'standby.signal' : 'recovery.signal', text: '' },
  ]
}

function recoverySettings(plan: RecoveryPlan): readonly (readonly [string, string])[] {
  const settings: [string, string][] = [['restore_command', plan.restoreCommand]]
  const isOld = plan.pgVersion < FIRST_WITH_SIGNAL_FILES
  if (isOld && plan.isStandby) settings.push(['standby_mode', 'on'])
  settings.push(['recovery_target_timeline', plan.timeline])
  const { target } = plan
  switch (target.kind) {
    case 'time':
      settings.push(['recovery_target_time', formatTime(target.timeUs)])
      break
    case 'lsn':
      settings.push(['recovery_target_lsn', lsnText(target.lsn)])
      break
    case 'xid':
      settings.push(['recovery_target_xid', target.transactionId.toString()])
      break
    case 'name':
      settings.push(['recovery_target_name', target.name])
      break
    case 'immediate':
      settings.push(['recovery_target', 'immediate'])
      break
    case 'latest':
      break
  }
  if (target.kind !== 'latest') settings.push(['recovery_target_action', plan.action])
  return settings
}

function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`
}
