import {
  type FlagSpecEntry,
  type OperationContext,
  type OperationInput,
  type Storage,
  WalgError,
} from '@walg/sdk'

const DEFAULT = 'default'

/** `--target-storage` of the commands that work on one storage. */
export const TARGET_STORAGE_FLAG: FlagSpecEntry = {
  kind: 'string',
  summary: 'name of the storage to use',
  setting: 'WALG_TARGET_STORAGE',
}

/** The storages that a listing covers: the one that `--target-storage` names, or all. */
export async function listedStorages(
  ctx: OperationContext,
  input: OperationInput,
): Promise<readonly Storage[]> {
  const name = targetStorage(ctx, input)
  const storages = await ctx.storages()
  if (name === undefined) return storages
  const named = storages.filter((storage) => storage.name === name)
  if (named.length === 0) throw unknownStorage(name)
  return named
}

/** Rejects a `--target-storage` that names no configured storage; `default` is the one that the prefix names. */
export function requireDefaultStorage(ctx: OperationContext, input: OperationInput): void {
  const name = targetStorage(ctx, input)
  if (name !== undefined && name !== DEFAULT) throw unknownStorage(name)
}

function targetStorage(ctx: OperationContext, input: OperationInput): string | undefined {
  const name = input.flags['target-storage'] ?? ctx.settings.text('WALG_TARGET_STORAGE')
  return name === undefined || name === '' ? undefined : String(name)
}

function unknownStorage(name: string): WalgError {
  return new WalgError('E_STORAGE_CONFIG', `unable to use storage '${name}': no such storage is configured`, {
    details: { name },
  })
}
