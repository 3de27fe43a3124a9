import {
  type ByteStream,
  type FlagSpec,
  isWalgError,
  type OperationContext,
  type OperationInput,
  type OperationResult,
  type Storage,
  WalgError,
} from '@walg/sdk'
import { DEFAULT_STORAGE } from '../operation/configured-storages.js'

/** Every storage, one after the other. */
export const ALL_STORAGES = 'all'

/** Flags of all tools. */
export const TOOL_FLAGS: FlagSpec = {
  target: { kind: 'string', char: 't', summary: "name of the storage, or 'all' (default 'default')" },
  glob: { kind: 'bool', char: 'g', summary: 'take the path for a pattern with *, ? and []' },
}

/** The name that `--target` gives. */
export function toolTarget(input: OperationInput): string {
  return String(input.flags['target'] ?? DEFAULT_STORAGE)
}

/** The one storage that `--target` names; `all` is refused with `E_USAGE`. */
export async function oneStorage(ctx: OperationContext, input: OperationInput): Promise<Storage> {
  const target = toolTarget(input)
  if (target === ALL_STORAGES) {
    throw new WalgError('E_USAGE', "unable to use '--target all' here: name one storage")
  }
  return await ctx.storageNamed(target)
}

/**
 * Does it with the storage that `--target` names, or with every one: then one that fails is logged, and it is enough that it
 * works with another.
 */
export async function inStorages(
  ctx: OperationContext,
  input: OperationInput,
  run: (storage: Storage) => Promise<OperationResult>,
): Promise<OperationResult> {
  if (toolTarget(input) !== ALL_STORAGES) return await run(await oneStorage(ctx, input))
  const results: OperationResult[] = []
  for (const name of ctx.storageNames()) {
    ctx.log.info(`storage ${name}`)
    try {
      results.push(await run(await ctx.storageNamed(name)))
    } catch (error) {
      if (ctx.signal.aborted || !isWalgError(error)) throw error
      ctx.log.error(error.message)
    }
  }
  if (results.length === 0)
    throw new WalgError('E_STORAGE_INCOMPLETE', 'unable to do it: all storages failed')
  return {
    text: results.map(({ text }) => text ?? '').join(''),
    json: results.flatMap(({ json }) => json ?? []),
    ...(results.some(({ body }) => body) && { body: chained(results) }),
  }
}

async function* chained(results: readonly OperationResult[]): ByteStream {
  for (const { body } of results) if (body) yield* body
}
