import { resolve } from 'node:path'
import { manifestChecks } from './manifest-checks.js'
import { moduleChecks } from './module-checks.js'
import { packageChecks } from './package-checks.js'
import { packedChecks } from './packed-checks.js'
import type { PluginCheck } from './plugin-check.js'
import type { VerifyLine, VerifyOptions, VerifyReport } from './report.js'
import { Subject } from './subject.js'

/** Everything that is looked at, in this order: a check comes after those that it needs. */
export const pluginChecks: readonly PluginCheck[] = [
  ...packageChecks,
  ...manifestChecks,
  ...moduleChecks,
  ...packedChecks,
]

/**
 * Looks at the folder of a package: its manifest, its modules (each is loaded in a process of its own), and what would be packed.
 * Whatever is wrong with the package is in the report; only an abort rejects, with its reason.
 */
export async function verifyPlugin(dir: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const subject = new Subject(resolve(dir), options)
  const lines = new Map<string, VerifyLine>()
  for (const check of pluginChecks) {
    options.signal?.throwIfAborted()
    if (check.appliesTo?.(subject) === false) continue
    const missing = check.after?.find((name) => lines.has(name) && lines.get(name)?.status !== 'passed')
    lines.set(
      check.name,
      missing === undefined
        ? await lineOf(check, subject)
        : { name: check.name, status: 'skipped', why: `did not pass: ${missing}` },
    )
  }
  const { name, version } = subject.packageJson
  return {
    ...(typeof name === 'string' && { packageName: name }),
    ...(typeof version === 'string' && { version }),
    checks: [...lines.values()],
  }
}

async function lineOf(check: PluginCheck, subject: Subject): Promise<VerifyLine> {
  const { name } = check
  try {
    const findings = await check.run(subject)
    if ('skipped' in findings) return { name, status: 'skipped', why: findings.skipped }
    if (findings.length === 0) return { name, status: 'passed' }
    return { name, status: 'failed', why: findings.join('; ') }
  } catch (error) {
    subject.options.signal?.throwIfAborted()
    return { name, status: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}
