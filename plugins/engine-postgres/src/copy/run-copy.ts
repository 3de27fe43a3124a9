import { copyProven, inParallel, isSameObject } from '@walg/core'
import { isWalgError, type ObjectInfo, type OperationContext, type Storage, WalgError } from '@walg/sdk'
import type { CopyStages } from './plan-copy.js'

const CONCURRENCY = 8

export interface CopyResult {
  readonly copied: number
  readonly bytes: number
  /** Objects that the target held already. */
  readonly present: number
}

/**
 * Copies objects as they are, stage after stage, and reads each copy to prove it. What the target has already is compared first: nothing is
 * copied when it holds something else under one of the names, which rejects with `E_COPY_CONFLICT`.
 */
export async function runCopy(
  ctx: OperationContext,
  from: Storage,
  to: Storage,
  stages: CopyStages,
): Promise<CopyResult> {
  const present = new Set<string>()
  await inParallel(stages.flat(), CONCURRENCY, async (object) => {
    if (await isInTarget(ctx, from, to, object)) present.add(object.key)
  })
  let copied = 0
  let bytes = 0
  for (const stage of stages) {
    const missing = stage.filter(({ key }) => !present.has(key))
    await inParallel(missing, CONCURRENCY, async ({ key }) => {
      ctx.signal.throwIfAborted()
      const size = await copyProven(from, to, key, ctx)
      copied++
      bytes += size
      ctx.log.info(`Copied '${key}'`)
    })
  }
  return { copied, bytes, present: present.size }
}

async function isInTarget(
  ctx: OperationContext,
  from: Storage,
  to: Storage,
  { key, size }: ObjectInfo,
): Promise<boolean> {
  const { signal } = ctx
  signal.throwIfAborted()
  let there: number
  try {
    there = (await to.stat(key, { signal })).size
  } catch (error) {
    if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return false
    throw error
  }
  if (there === size && (await isSameObject(from, to, key, { signal }))) return true
  const how = there === size ? `other content of the same ${size} bytes` : `${there} bytes, not ${size}`
  throw new WalgError('E_COPY_CONFLICT', `unable to copy ${key}: the target holds ${how} under this name`, {
    details: { key, size, there },
  })
}
