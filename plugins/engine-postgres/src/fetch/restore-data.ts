import type { OperationContext } from '@walg/sdk'
import { pgSettings } from '../settings.js'
import type { BackupPart } from './backup-parts.js'
import type { Destination } from './destination.js'
import { ForwardUnpacker } from './forward-unpacker.js'
import { MemberRestorer } from './member-restorer.js'
import type { PartReader } from './part-reader.js'
import { type FetchPlan, type RestoreStep, usefulParts } from './restore-steps.js'
import { ReverseUnpacker } from './reverse-unpacker.js'
import type { Unpacker } from './unpacker.js'

/** A restore under way. */
export interface RunningRestore {
  readonly ctx: OperationContext
  readonly plan: FetchPlan
  readonly reader: PartReader
  readonly destination: Destination
}

/** In which order the backups of a chain are read, and how much of them. */
export interface UnpackOrder {
  /** Newest first. */
  readonly isReverse: boolean
  /** Leave out tars in which nothing is wanted. */
  readonly skipsRedundantTars: boolean
}

/** Restores what lies in the data tars of all backups of the chain. Settles with the number of bytes written. */
export async function restoreData(
  { ctx, plan, reader, destination }: RunningRestore,
  order: UnpackOrder,
): Promise<number> {
  const pageBytes = ctx.settings.get(pgSettings, 'WALG_PG_BLOCK_SIZE')
  const unpacker: Unpacker = order.isReverse
    ? new ReverseUnpacker(destination, pageBytes)
    : new ForwardUnpacker(destination, pageBytes)
  const steps = order.isReverse ? plan.steps : plan.steps.toReversed()
  let bytes = 0
  for (const planned of steps) {
    const step = withoutComplete(planned, unpacker)
    const parts = partsOf(step, order)
    if (parts.length > 0) ctx.log.info(`Restoring from ${step.backup.name}`)
    const members = new MemberRestorer(step, plan, { destination, unpacker, log: ctx.log })
    await reader.readAll(parts, ctx.signal, (entry) => members.take(entry))
    members.requireAll()
    unpacker.endBackup()
    bytes += members.bytes
  }
  return bytes
}

/** Bytes of all objects that a restore reads, as far as that is known before. */
export function storedBytes(plan: FetchPlan, order: UnpackOrder): number {
  const { control, label } = plan.steps[0]!.backup.parts
  const parts = [...plan.steps.flatMap((step) => partsOf(step, order)), ...control, ...label]
  return parts.reduce((sum, part) => sum + part.storedBytes, 0)
}

function partsOf(step: RestoreStep, order: UnpackOrder): readonly BackupPart[] {
  if (!step.isTarget && step.wanted !== 'everything' && step.wanted.size === 0) return []
  return order.skipsRedundantTars ? usefulParts(step) : step.backup.parts.data
}

/** A step without the files that newer backups have given whole. */
function withoutComplete(step: RestoreStep, unpacker: Unpacker): RestoreStep {
  if (step.wanted === 'everything') return step
  const isOpen = (path: string) => !unpacker.isComplete(path)
  return {
    ...step,
    wanted: new Set([...step.wanted].filter(isOpen)),
    expected: new Set([...step.expected].filter(isOpen)),
  }
}
