// What may load code that is not trusted yet, in a process of its own: a command of @oclif/plugin-plugins (WALG_DATA_DIR names the
// generation that it works on), or `load FOLDER`, which loads all modules of a package and reports in its last line of output.
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Config, type Interfaces, Plugin } from '@oclif/core'
import { loadAll } from './plugins/load-all.js'
import { packageFolder } from './registry/installed-plugins.js'

async function main([root = '', id = '', ...argv]: readonly string[]): Promise<void> {
  if (id !== 'load') return await runOclifCommand(root, id, argv)
  const [folder = ''] = argv
  const packageJson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const report = await loadAll(packageJson, folder)
  writeSync(1, `\n${JSON.stringify(report)}\n`)
  // What a plugin has started must not keep this process.
  process.exit(0)
}

async function runOclifCommand(root: string, id: string, argv: readonly string[]): Promise<void> {
  const plugins = new Map<string, Interfaces.Plugin>()
  for (const folder of [root, packageFolder(root, '@oclif/plugin-plugins')!]) {
    const plugin = new Plugin({ root: folder, isRoot: folder === root })
    await plugin.load()
    plugins.set(plugin.name, plugin)
  }
  const config = await Config.load({ root, plugins })
  // The host has commands with the same ids; these are the ones that do the work.
  const command = await plugins.get('@oclif/plugin-plugins')?.findCommand(id, { must: true })
  await command?.run([...argv], config)
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`Error: ${error.message}\n`)
  process.exitCode = 1
})
