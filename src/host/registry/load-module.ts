import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { stdoutForResultsOnly } from '@walg/core'
import { invalidPlugin, type PluginDescriptor } from './plugin-descriptor.js'

/** Time in which a module that does not ship with walg has to load. */
export const LOAD_MS = 10_000

const TIMED_OUT = Symbol('timed out')

/**
 * The default export of one file of a plugin. What strangers wrote gets a time limit, and its output to stdout while it loads goes
 * to stderr. Rejects with `E_PLUGIN_INVALID`, also for whatever the module throws.
 */
export async function loadModule(
  plugin: PluginDescriptor,
  module: string,
  limitMs: number = LOAD_MS,
): Promise<unknown> {
  const path = join(plugin.root, module)
  try {
    const loaded = plugin.origin === 'core' ? createRequire(path)(path) : await loadWithin(path, limitMs)
    if (loaded === TIMED_OUT) {
      throw invalidPlugin({
        name: plugin.name,
        module,
        expected: 'a module that loads',
        found: `one that has not within ${limitMs / 1000} seconds`,
      })
    }
    return (loaded as { readonly default?: unknown } | undefined)?.default
  } catch (error) {
    if ((error as { readonly code?: unknown } | undefined)?.code === 'E_PLUGIN_INVALID') throw error
    const found = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw invalidPlugin({ name: plugin.name, module, expected: 'a module that loads', found, cause: error })
  }
}

async function loadWithin(path: string, limitMs: number): Promise<unknown> {
  const restore = stdoutForResultsOnly()
  try {
    return requireWithin(path, limitMs)
  } catch (error) {
    // An ES module that waits at its top level cannot be required.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error
    return await importWithin(path, limitMs)
  } finally {
    restore()
  }
}

/** Only a script of node:vm can be stopped while it runs, with all that it calls. */
function requireWithin(path: string, limitMs: number): unknown {
  const name = '__walgLoadModule'
  const globals = globalThis as unknown as Record<string, unknown>
  globals[name] = () => createRequire(path)(path)
  try {
    return new Script(`${name}()`).runInThisContext({ timeout: limitMs })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return TIMED_OUT
    throw error
  } finally {
    delete globals[name]
  }
}

async function importWithin(path: string, limitMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), limitMs)
  })
  try {
    return await Promise.race([import(pathToFileURL(path).href), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
