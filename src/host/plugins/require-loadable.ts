import { join } from 'node:path'
import { isWalgError } from '@walg/sdk'
import { invalidPlugin, type PluginDescriptor } from '../registry/plugin-descriptor.js'
import { runNode } from './npm.js'

/** What the process that loads a plugin says when it is done. */
export interface LoadReport {
  /** What is wrong; absent when all modules load. */
  readonly mismatch?: { readonly module: string; readonly expected: string; readonly found: string }
}

/**
 * Loads every module of a plugin in a process of its own, which a plugin may block, crash or end. Rejects with `E_PLUGIN_INVALID`
 * when one does not load or is not what the manifest says.
 */
export async function requireLoadable(plugin: PluginDescriptor, hostRoot: string): Promise<void> {
  const report = await reportOf(plugin, hostRoot)
  if (report.mismatch) throw invalidPlugin({ name: plugin.name, ...report.mismatch })
}

async function reportOf(plugin: PluginDescriptor, hostRoot: string): Promise<LoadReport> {
  const args = [join(hostRoot, 'dist', 'plugin-manager.cjs'), hostRoot, 'load', plugin.root]
  const ended = (found: string): LoadReport => ({
    mismatch: { module: 'its modules', expected: 'modules that load', found },
  })
  try {
    const output = await runNode({ args, cwd: plugin.root, npm: {} })
    const last = output.trimEnd().split('\n').at(-1) ?? ''
    return last.startsWith('{') ? JSON.parse(last) : ended('one that ends the process')
  } catch (error) {
    if (isWalgError(error)) return ended(`one that crashes the process: ${error.message}`)
    throw error
  }
}
