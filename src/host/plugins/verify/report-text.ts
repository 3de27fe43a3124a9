import type { VerifyLine, VerifyReport } from '../../plugin-tools.js'

const MARKS = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const

/** One line per check, and what it comes to. */
export function reportText({ packageName, version, checks }: VerifyReport, dir: string): string {
  const title = [packageName ?? 'a package without a name', version, `in ${dir}`].filter(Boolean).join(' ')
  const lines = checks.map(({ status, name, why }) => `${MARKS[status]} ${name}${why ? `: ${why}` : ''}`)
  return `${[title, ...lines, verdict(checks)].join('\n')}\n`
}

function verdict(checks: readonly VerifyLine[]): string {
  const count = (status: VerifyLine['status']) => checks.filter((check) => check.status === status).length
  const counts = `${count('passed')} ok, ${count('failed')} failed, ${count('skipped')} skipped`
  if (count('failed') > 0) return `${counts}: this plugin is not to be used`
  if (count('skipped') > 0) return `${counts}: not fully verified, the lines above say what is missing`
  return counts
}
