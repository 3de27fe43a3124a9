import type { DatabaseEngine } from '@walg/sdk'
import { engineKit } from '../../engine/engine-kit.js'
import type { VerifyLine } from '../report.js'
import type { ConformanceEnv } from './conformance-env.js'
import { runCheck } from './run-check.js'

/** Runs those checks of the engine kit that need no database. */
export async function verifyEngine(
  engine: DatabaseEngine,
  { label, context, timeoutMs }: ConformanceEnv,
): Promise<readonly VerifyLine[]> {
  const lines: VerifyLine[] = []
  for (const check of engineKit) {
    if (check.needs?.({ engine }) === false) continue
    lines.push(
      await runCheck(`${label}: ${check.name}`, timeoutMs, context.signal, () => check.run({ engine })),
    )
  }
  return lines
}
