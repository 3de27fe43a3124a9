import { randomUUID } from 'node:crypto'
import type { StorageDeclaration, StorageDriver, StorageModule } from '@walg/sdk'
import { storageKit } from '../../storage/storage-kit.js'
import type { VerifyLine } from '../report.js'
import { type ConformanceEnv, givenOf } from './conformance-env.js'
import { inFolder } from './in-folder.js'
import { runCheck } from './run-check.js'

/**
 * Runs the storage kit below the prefix that the settings give, in a folder of a random name. Each check has a folder of its own
 * in it, and a driver that is opened and closed for it; what it wrote is deleted.
 */
export async function verifyStorage(
  module: StorageModule,
  declaration: StorageDeclaration,
  env: ConformanceEnv,
): Promise<readonly VerifyLine[]> {
  const { label, context, timeoutMs } = env
  const names = declaration.prefixSettings
  if (givenOf(names, context.settings) === undefined) {
    const why = `set ${names.join(' or ')} to a place where it may write`
    return [{ name: `${label} keeps the contract of storages`, status: 'skipped', why }]
  }
  let driver: StorageDriver | undefined
  const opening = await runCheck(`${label}: opens with its settings`, timeoutMs, context.signal, async () => {
    driver = await module.open(context)
    await driver.close()
  })
  if (!driver || opening.status !== 'passed') return [opening]

  const lines: VerifyLine[] = [opening]
  const root = `walg-verify-${randomUUID().slice(0, 8)}`
  let left = 0
  for (const [at, check] of storageKit.entries()) {
    if (check.needs?.(driver.capabilities) === false) continue
    const folder = `${root}/${at}`
    const open = async () => inFolder(await module.open(context), folder)
    lines.push(
      await runCheck(`${label}: ${check.name}`, timeoutMs, context.signal, async (signal) => {
        const own = await open()
        try {
          await check.run({ driver: own, signal })
        } finally {
          await own.close()
        }
      }).finally(async () => {
        if (!(await isEmptied(open, timeoutMs))) left++
      }),
    )
  }
  const name = `${label}: what the checks wrote can be deleted`
  const why = `something of ${left} checks may be left below ${root}`
  return [...lines, left === 0 ? { name, status: 'passed' } : { name, status: 'failed', why }]
}

/** Also after an abort, with a driver of its own: the one before may be stuck. */
async function isEmptied(open: () => Promise<StorageDriver>, timeoutMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs)
  const emptying = await runCheck('emptied', timeoutMs, signal, async () => {
    const driver = await open()
    try {
      await deleteAll(driver, signal)
    } finally {
      await driver.close()
    }
  }).catch(() => undefined)
  return emptying?.status === 'passed'
}

async function deleteAll(driver: StorageDriver, signal: AbortSignal): Promise<void> {
  const keys = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const page = await driver.list('', { signal, ...(cursor !== undefined && { cursor }) })
    for (const { key } of page.objects) keys.add(key)
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  if (keys.size === 0) {
    // A put that failed may have made folders where they are real; one whose last object is deleted goes, too.
    await driver.put('last', [], { signal }).catch(() => undefined)
    keys.add('last')
  }
  const all = [...keys]
  const { deleteBatch } = driver.capabilities
  for (let at = 0; at < all.length; at += deleteBatch) {
    const outcomes = await driver.delete(all.slice(at, at + deleteBatch), { signal })
    for (const outcome of outcomes) if (!outcome.deleted) throw outcome.error
  }
}
