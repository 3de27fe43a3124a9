import type { FlagSpecEntry, OperationContext, OperationInput, ReadableStorages, Storage } from '@walg/sdk'
import { mergedStorage, type StorageReader } from '../failover/merged-storage.js'

/** `--target-storage` of the commands that work on one storage. */
export const TARGET_STORAGE_FLAG: FlagSpecEntry = {
  kind: 'string',
  summary: 'name of the storage to use',
  setting: 'WALG_TARGET_STORAGE',
}

/** Where a command stores: the storage that `--target-storage` names, else the first that answers. */
export async function writtenStorage(ctx: OperationContext, input: OperationInput): Promise<Storage> {
  const storage = await ctx.storageForWriting(targetStorage(ctx, input))
  if (ctx.storageNames().length > 1) ctx.log.info(`Files will be uploaded to storage: ${storage.name}`)
  return storage
}

/** The storages that a listing covers: the one that `--target-storage` names, or all that answer; the others are warned about. */
export async function listedStorages(
  ctx: OperationContext,
  input: OperationInput,
): Promise<readonly Storage[]> {
  return (await answeringStorages(ctx, input)).storages
}

/** What a command reads: the same storages, seen as one. */
export async function readStorage(ctx: OperationContext, input: OperationInput): Promise<StorageReader> {
  const { storages, unavailable } = await answeringStorages(ctx, input)
  return mergedStorage(storages, unavailable)
}

/** The same, with the names of those that do not answer. */
export async function answeringStorages(
  ctx: OperationContext,
  input: OperationInput,
): Promise<ReadableStorages> {
  const answering = await ctx.storagesForReading(targetStorage(ctx, input))
  for (const name of answering.unavailable) {
    ctx.log.warn(`what the storage '${name}' holds is left out: it does not answer`)
  }
  return answering
}

function targetStorage(ctx: OperationContext, input: OperationInput): string | undefined {
  const name = input.flags['target-storage'] ?? ctx.settings.text('WALG_TARGET_STORAGE')
  return name === undefined || name === '' ? undefined : String(name)
}
