import { basename, join } from 'node:path'
import { exitCodeOf, report, runOperation } from '@walg/core'
import type { Operation } from '@walg/sdk'
import { engineArguments } from './engine-arguments.js'
import type { HostProgram } from './host-program.js'
import { allPlugins } from './registry/installed-plugins.js'
import { loadModule } from './registry/load-module.js'
import { enginePackage } from './registry/missing-plugins.js'
import { Registry } from './registry/registry.js'
import { stderrLog } from './stderr-log.js'

export interface LaunchOptions {
  /** Called as `wal-g`: WAL-G's command line, without a topic. */
  readonly isDropIn: boolean
}

/** The host's folder: the one that holds package.json and dist. */
const HOST_ROOT = join(__dirname, '..')

/** From the command line to the exit code. Operations that run once per segment are loaded by themselves; the rest goes to oclif. */
export async function main(argv: readonly string[], options: LaunchOptions): Promise<number> {
  const log = stderrLog()
  try {
    const registry = new Registry(allPlugins(HOST_ROOT))
    const engine = options.isDropIn ? dropInEngine() : (argv[0] ?? '')
    const declared = registry.declaredEngine(engine)
    const rest = options.isDropIn ? argv : argv.slice(1)
    const program = options.isDropIn ? 'wal-g' : 'walg'
    const self = [process.execPath, join(__dirname, `${program}.cjs`), ...(options.isDropIn ? [] : [engine])]
    const host: HostProgram = { registry, self, isDropIn: options.isDropIn, root: HOST_ROOT }
    if (!declared) {
      // Rejects with the command that installs it.
      if (options.isDropIn || enginePackage(engine) !== undefined) await registry.engine(engine)
      return await viaOclif(argv, host)
    }
    const words = engineArguments(rest)
    const hot = declared.declaration.hot?.[words[0] ?? '']
    if (hot !== undefined && !words.some((word) => word === '--help' || word === '-h')) {
      const plugin = registry.pluginOfEngine(engine)!
      const operation = (await loadModule(plugin, hot)) as Operation
      return await runOperation(operation, words.slice(1), host)
    }
    return await viaOclif([engine, ...words], host)
  } catch (error) {
    report(error, log, options.isDropIn)
    return argv.includes('wal-fetch') ? 200 : exitCodeOf(error)
  }
}

/** WALG_ENGINE, or what follows `wal-g-` in the name of the program. */
function dropInEngine(): string {
  const called = basename(process.argv[1] ?? '').replace(/\.cjs$/, '')
  return process.env['WALG_ENGINE'] || /^wal-g-(\w+)$/.exec(called)?.[1] || 'pg'
}

async function viaOclif(argv: readonly string[], host: HostProgram): Promise<number> {
  const path = './cli.cjs'
  return await require(path).runCli(argv, host)
}
