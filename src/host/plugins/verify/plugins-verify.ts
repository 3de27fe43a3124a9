import type { Operation } from '@walg/sdk'
import type { VerifyLine } from '../../plugin-tools.js'
import { describePlugin, type PluginDescriptor } from '../../registry/plugin-descriptor.js'
import { findPackage } from './find-package.js'
import { packageJsonOf } from './package-json.js'
import { reportText } from './report-text.js'

/** The same code as that of an incompatible plugin. */
const FAILED = 4
const NOT_FULLY_VERIFIED = 11

/** What the operation needs of the program around it. */
export interface VerifyParts {
  /** Installed ones and those that ship with walg. */
  plugins(): readonly PluginDescriptor[]
  /** Loads what looks at plugins. */
  tools(): Promise<typeof import('../../plugin-tools.js')>
  /** Path of `npm-cli.js`; undefined when walg has none of its own. */
  npm(): string | undefined
}

/** Looks at a package, and, when there is nothing wrong with it, tries what it contributes with the settings of this run. */
export function pluginsVerify(parts: VerifyParts): Operation {
  return {
    id: 'plugins verify',
    summary: 'Check that a package is a plugin that keeps the contract of its kind',
    args: [
      { name: 'plugin', summary: 'folder of the package, or name of an installed plugin', required: true },
    ],
    flags: {},
    async run({ settings, log, signal }, { args }) {
      const { dir, isInstalled } = findPackage(args['plugin'] ?? '', parts.plugins())
      const { verifyPlugin, verifyContributions } = await parts.tools()
      const npm = parts.npm()
      const report = await verifyPlugin(dir, { isInstalled, signal, ...(npm !== undefined && { npm }) })
      const checks = [...report.checks]
      const isSound = () => checks.every(({ status }) => status !== 'failed')
      if (isSound()) checks.push(acceptance(dir))
      if (isSound()) checks.push(...(await verifyContributions({ dir, settings, log, signal })))
      const whole = { ...report, checks }
      const has = (wanted: string) => checks.some(({ status }) => status === wanted)
      return {
        exitCode: has('failed') ? FAILED : has('skipped') ? NOT_FULLY_VERIFIED : 0,
        text: reportText(whole, dir),
        json: { ...whole, dir },
      }
    },
  }
}

/** The registry has rules of its own, such as which names the host's commands have taken. */
function acceptance(dir: string): VerifyLine {
  const name = 'the registry of walg takes it'
  const problem = describePlugin(packageJsonOf(dir), dir, 'link')?.problem
  return problem ? { name, status: 'failed', why: problem.message } : { name, status: 'passed' }
}
