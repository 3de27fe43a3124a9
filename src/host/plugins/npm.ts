import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { WalgError } from '@walg/sdk'
import { packageFolder } from '../registry/installed-plugins.js'

/** Time in which npm has to be done with one command: networks are slow, but they end. */
const LIMIT_MS = 15 * 60_000

export interface NpmOptions {
  readonly isOffline?: boolean
  /** Run the scripts that packages have for their installation. */
  readonly allowScripts?: boolean
}

export interface NodeRun {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly npm: NpmOptions
}

/** The npm that ships with @oclif/plugin-plugins, so that walg needs none on the PATH. */
export function npmProgram(hostRoot: string): string {
  const plugins = packageFolder(hostRoot, '@oclif/plugin-plugins')
  if (!plugins) {
    throw new WalgError(
      'E_PLUGIN_MISSING',
      'unable to find npm: @oclif/plugin-plugins is missing; install walg anew',
    )
  }
  const npm = dirname(createRequire(join(plugins, 'package.json')).resolve('npm/package.json'))
  return join(npm, 'bin', 'npm-cli.js')
}

/** Runs node on something that may call npm, and gives what it printed to stdout. Rejects with `E_PLUGIN_INSTALL` and npm's reason. */
export async function runNode({ args, cwd, env, npm }: NodeRun): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: {
      ...process.env,
      // Linked plugins may call node by its name.
      PATH: [dirname(process.execPath), process.env['PATH']].filter(Boolean).join(delimiter),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
      npm_config_ignore_scripts: String(npm.allowScripts !== true),
      ...(npm.isOffline && { npm_config_offline: 'true' }),
      ...(process.env['WALG_NPM_REGISTRY'] && { npm_config_registry: process.env['WALG_NPM_REGISTRY'] }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  try {
    const code = await new Promise<number | undefined>((done, reject) => {
      child.on('error', reject)
      child.on('close', (status) => done(status ?? undefined))
    })
    if (code === 0) return stdout
    throw new WalgError('E_PLUGIN_INSTALL', reasonIn(`${stderr}\n${stdout}`, code))
  } finally {
    clearTimeout(timer)
  }
}

/** The lines of npm that say why; without the log files and hints that it appends. */
function reasonIn(output: string, code: number | undefined): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^\s*›?\s*/, '').trim())
    .filter((line) => /^(npm (ERR!|error)|Error:)/.test(line))
    .map((line) => line.replace(/^(npm (ERR!|error)|Error:)\s*/, ''))
    .filter(
      (line) =>
        line !== '' && !/A complete log|in: |npm-cli\.js|exited with code|^(code|errno|syscall) /.test(line),
    )
  if (lines.length > 0) return lines.slice(0, 3).join('; ').replace(/\.+$/, '')
  return code === undefined ? 'npm did not end in time' : `npm ended with ${code} and gave no reason`
}
