import {
  type FlagSpec,
  type Operation,
  type OperationContext,
  type OperationInput,
  type Storage,
  WalgError,
} from '@walg/sdk'
import { toolPath } from './tool-path.js'
import { ALL_STORAGES, TOOL_FLAGS, toolTarget } from './tool-storages.js'
import { Transfer, type TransferGroup, type TransferOptions } from './transfer.js'
import { backupGroups } from './transfer-backups.js'

/** Something is still in the source that was to be moved. */
const EXIT_INCOMPLETE = 11

const TRANSFER_FLAGS: FlagSpec = {
  ...TOOL_FLAGS,
  target: { kind: 'string', char: 't', summary: "storage that gets the objects (default 'default')" },
  source: { kind: 'string', char: 's', summary: 'storage that has the objects' },
  overwrite: { kind: 'bool', char: 'o', summary: 'replace objects of the target that differ' },
  preserve: { kind: 'bool', char: 'p', summary: 'keep the objects of the source' },
  'fail-fast': { kind: 'bool', summary: 'stop at the first error' },
  concurrency: { kind: 'int', char: 'c', summary: 'objects copied at once (default 10)' },
  'max-files': { kind: 'int', char: 'm', summary: 'most objects to transfer (default all)' },
  'appearance-checks': {
    kind: 'int',
    summary: 'times that a copy is looked for before it counts as missing (default 3)',
  },
  'appearance-checks-interval': { kind: 'duration', summary: 'time between two such looks (default 1s)' },
}

export const stTransferFiles: Operation = {
  ...transferOfFolder('files', 'Move objects below a folder from one storage to another'),
  args: [{ name: 'prefix', summary: 'folder, from the root of the storages', required: true }],
}

/** `st transfer ID`, which moves everything below a folder: that of the argument `prefix`, or always the same. */
export function transferOfFolder(id: string, summary: string, folder?: string): Operation {
  return {
    id: `st transfer ${id}`,
    summary,
    args: [],
    flags: TRANSFER_FLAGS,
    run: (ctx, input) =>
      transfer(ctx, input, async ({ source }) => {
        const path = toolPath(folder ?? input.args['prefix'] ?? '')
        const groups: TransferGroup[] = []
        for await (const { key, size } of source.list(path === '' ? '' : `${path}/`, ctx)) {
          groups.push({ name: key, data: [{ key, size }] })
        }
        return groups
      }),
  }
}

export const stTransferBackups: Operation = {
  id: 'st transfer backups',
  summary: 'Move backups from one storage to another, each whole',
  args: [{ name: 'backup_name', summary: 'only this backup', required: false }],
  flags: {
    ...TRANSFER_FLAGS,
    'max-backups': { kind: 'int', summary: 'most backups to transfer (default all)' },
  },
  run: (ctx, input) =>
    transfer(ctx, input, async ({ source, target }) => {
      const name = input.args['backup_name']
      const groups = await backupGroups(source, target, name, ctx)
      return name === undefined
        ? groups.slice(0, count(input, 'max-backups', Number.POSITIVE_INFINITY))
        : groups
    }),
}

interface Ends {
  readonly source: Storage
  readonly target: Storage
}

async function transfer(
  ctx: OperationContext,
  input: OperationInput,
  choose: (ends: Ends) => Promise<readonly TransferGroup[]>,
) {
  const options = optionsOf(ctx, input)
  const { source: sourceName, target: targetName } = namesOf(input)
  const ends = { source: await ctx.storageNamed(sourceName), target: await ctx.storageNamed(targetName) }
  const moved = await new Transfer(ends.source, ends.target, options).run(await choose(ends))
  return { json: moved, ...(moved.skipped > 0 && { exitCode: EXIT_INCOMPLETE }) }
}

function namesOf(input: OperationInput): { readonly source: string; readonly target: string } {
  const source = String(input.flags['source'] ?? '')
  const target = toolTarget(input)
  if (source === '') throw invalid('set --source to the storage that has the objects')
  if (source === ALL_STORAGES || target === ALL_STORAGES)
    throw invalid("--source and --target each name one storage, not 'all'")
  if (source === target) throw invalid('--source and --target must be different')
  return { source, target }
}

function optionsOf({ signal, log, clock }: OperationContext, input: OperationInput): TransferOptions {
  return {
    signal,
    log,
    clock,
    isOverwriting: input.flags['overwrite'] === true,
    keepsSource: input.flags['preserve'] === true,
    failsFast: input.flags['fail-fast'] === true,
    concurrency: count(input, 'concurrency', 10, 1),
    maxFiles: count(input, 'max-files', Number.POSITIVE_INFINITY),
    looks: Math.max(1, count(input, 'appearance-checks', 3)),
    lookIntervalMs: Number(input.flags['appearance-checks-interval'] ?? 1000),
  }
}

function count(input: OperationInput, flag: string, otherwise: number, least = 0): number {
  const value = input.flags[flag] as number | undefined
  if (value === undefined) return otherwise
  if (value >= least) return value
  throw invalid(`--${flag} must be at least ${least}`)
}

function invalid(why: string): WalgError {
  return new WalgError('E_USAGE', `unable to transfer: ${why}`)
}
