import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CarriedSettings } from './carried-settings.js'
import type { RestorePlan } from './restore-plan.js'

/** What a person does after a restore. */
export function nextSteps(plan: RestorePlan, carried: CarriedSettings): readonly string[] {
  const { destination, request } = plan
  const steps = [`pg_ctl -D ${shellWord(destination)} start`]
  if (!existsSync(join(destination, 'postgresql.conf'))) {
    steps.push(
      "The backup holds no postgresql.conf: add  -o '-c config_file=PATH'  with that of the old server.",
    )
  }
  if (carried.neededSecrets.length > 0) {
    steps.push(
      `The environment of the server must hold ${carried.neededSecrets.join(', ')}: secrets are not written to its files.`,
    )
  }
  if (request.isStandby) {
    steps.push('To let it stream as well, set primary_conninfo in its postgresql.conf.')
    return steps
  }
  steps.push("Beside a running server give it another port:  -o '-p 5433'")
  if (request.target.kind !== 'latest') steps.push(...atTarget(plan))
  steps.push(
    'Once promoted it archives as before, on a timeline of its own. ' +
      "Only to look at it:  -o '-c archive_mode=off'",
  )
  return steps
}

function atTarget({ action }: RestorePlan): readonly string[] {
  switch (action) {
    case 'pause':
      return [
        'It stops at the target and answers queries. If all is there, end recovery:  SELECT pg_wal_replay_resume()',
        'If not, stop it, and restore to another target into another directory.',
        'Until then it holds the locks of the transaction that it stopped in: a query on a table that this drops or changes waits.',
      ]
    case 'promote':
      return ['It ends recovery at the target by itself.']
    case 'shutdown':
      return [
        'It shuts down at the target; remove recovery_target_action from its settings before it is started again.',
      ]
  }
}

const shellWord = (path: string) =>
  /^[\w@+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
