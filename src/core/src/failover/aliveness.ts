/** What is remembered of one storage: moving averages of how much was asked of it, and how much of that it did. */
export interface StorageStatus {
  readonly potential: number
  readonly actual: number
  readonly wasAlive: boolean
  readonly updatedMs: number
}

/** When a storage counts as alive, and how much a new result counts. Each is between 0 and 1. */
export interface AlivenessLimits {
  /** A dead storage is alive again from this part of its work on. */
  readonly alive: number
  /** An alive one is dead below this. */
  readonly dead: number
  readonly alphaAlive: AlphaRange
  readonly alphaDead: AlphaRange
}

/** Weight of a new result in the average, at the two ends of the state. */
export interface AlphaRange {
  readonly min: number
  readonly max: number
}

/** The part of its work that a storage has done; a storage of which nothing is known is at the limit. */
function factor({ potential, actual }: StorageStatus, limits: AlivenessLimits): number {
  return potential === 0 ? limits.dead : actual / potential
}

export function isAlive(status: StorageStatus, limits: AlivenessLimits): boolean {
  return factor(status, limits) >= (status.wasAlive ? limits.dead : limits.alive)
}

/** After an operation of this weight. */
export function afterOperation(
  status: StorageStatus,
  operation: { readonly weight: number; readonly isDone: boolean },
  limits: AlivenessLimits,
  nowMs: number,
): StorageStatus {
  const alpha = alphaOf(status, limits)
  const { weight, isDone } = operation
  return {
    potential: alpha * weight + (1 - alpha) * status.potential,
    actual: alpha * (isDone ? weight : 0) + (1 - alpha) * status.actual,
    wasAlive: isAlive(status, limits),
    updatedMs: nowMs,
  }
}

/** After a check that was made for its own sake, which counts more than all that was before. */
export function afterCheck(status: StorageStatus | undefined, isGood: boolean, nowMs: number): StorageStatus {
  const potential = status?.potential ?? 0
  return { potential, actual: isGood ? potential : 0, wasAlive: isGood, updatedMs: nowMs }
}

/** The nearer a storage is to changing its state, the more a result counts. */
function alphaOf(status: StorageStatus, limits: AlivenessLimits): number {
  const part = factor(status, limits)
  if (isAlive(status, limits)) {
    const { min, max } = limits.alphaAlive
    return max + ((min - max) * (part - limits.dead)) / (1 - limits.dead)
  }
  const { min, max } = limits.alphaDead
  return max + ((min - max) * part) / limits.alive
}

const MIB = 1024 * 1024

/** How much each kind of operation says about a storage. */
export const WEIGHTS = {
  look: 1000,
  list: 2000,
  copy: 2000,
  read: (bytes: number): number => 1000 * scaled(Math.floor(bytes / MIB)),
  delete: (keys: number): number => 500 * scaled(keys),
} as const

const scaled = (count: number) => (count <= 1 ? 1 : 1 + Math.log10(count))
