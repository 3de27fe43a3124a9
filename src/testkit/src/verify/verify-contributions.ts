import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type {
  CompressorDeclaration,
  CompressorModule,
  CrypterDeclaration,
  CrypterModule,
  DatabaseEngine,
  PluginContext,
  StorageDeclaration,
  StorageModule,
} from '@walg/sdk'
import type { ConformanceEnv } from './conformance/conformance-env.js'
import { verifyCompressor } from './conformance/verify-compressor.js'
import { verifyCrypter } from './conformance/verify-crypter.js'
import { verifyEngine } from './conformance/verify-engine.js'
import { verifyStorage } from './conformance/verify-storage.js'
import type { VerifyLine } from './report.js'
import { type DeclaredItem, Subject } from './subject.js'

const CHECK_MS = 120_000

/** What contributions are opened with, as an operation would. */
export interface ContributionOptions extends PluginContext {
  /** Folder of the package; one that `verifyPlugin` has found no fault with. */
  readonly dir: string
  /** Time of one check, in milliseconds. Default 120000. */
  readonly timeoutMs?: number
}

/**
 * Runs the conformance kit of each contribution, in this process. What needs a setting that is not given is skipped, and
 * says which. Rejects with the signal's reason only.
 */
export async function verifyContributions(options: ContributionOptions): Promise<readonly VerifyLine[]> {
  const { settings, log, signal, timeoutMs = CHECK_MS } = options
  const dir = resolve(options.dir)
  const lines: VerifyLine[] = []
  for (const item of new Subject(dir, {}).items) {
    signal.throwIfAborted()
    const env = { label: item.label, context: { settings, log, signal }, timeoutMs }
    try {
      lines.push(...(await linesOf(item, dir, env)))
    } catch (error) {
      signal.throwIfAborted()
      const why = error instanceof Error ? error.message : String(error)
      lines.push({ name: `${item.label} can be tried`, status: 'failed', why })
    }
  }
  return lines
}

async function linesOf(item: DeclaredItem, dir: string, env: ConformanceEnv): Promise<readonly VerifyLine[]> {
  const module = await defaultExport(join(dir, String(item.value['module'])))
  switch (item.kind) {
    case 'storage':
      return await verifyStorage(module as StorageModule, item.value as unknown as StorageDeclaration, env)
    case 'compressor':
      return await verifyCompressor(
        module as CompressorModule,
        item.value as unknown as CompressorDeclaration,
        env,
      )
    case 'crypter':
      return await verifyCrypter(module as CrypterModule, item.value as unknown as CrypterDeclaration, env)
    case 'engine':
      return await verifyEngine(module as DatabaseEngine, env)
  }
}

async function defaultExport(path: string): Promise<unknown> {
  const loaded = path.endsWith('.cjs') ? createRequire(path)(path) : await import(pathToFileURL(path).href)
  return (loaded as { readonly default?: unknown }).default
}
