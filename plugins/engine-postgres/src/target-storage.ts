import { type OperationContext, type OperationInput, WalgError } from '@walg/sdk'

const DEFAULT = 'default'

/** Rejects a `--target-storage` that names no configured storage; `default` is the one that the prefix names. */
export function requireDefaultStorage(ctx: OperationContext, input: OperationInput): void {
  const name = input.flags['target-storage'] ?? ctx.settings.text('WALG_TARGET_STORAGE')
  if (name === undefined || name === '' || name === DEFAULT) return
  throw new WalgError('E_STORAGE_CONFIG', `unable to use storage '${name}': no such storage is configured`, {
    details: { name },
  })
}
