import { SKIPPABLE_MAGIC } from './frame-format.js'

/**
 * An object of several frames would still be well-formed when it is cut between two of them. So it begins and ends with a mark,
 * each in a skippable frame, which every reader of the format passes over: the first says that there must be a last one, and that one
 * says how long the content is.
 */
const MARK_MAGIC = SKIPPABLE_MAGIC + 7
const BEGIN = Buffer.from('walg-beg')
const END = Buffer.from('walg-end')
const END_BYTES = END.length + 8

/** Skippable frames up to this size may be marks. */
export const MOST_MARK_BYTES = END_BYTES

export type Mark = { readonly kind: 'begin' } | { readonly kind: 'end'; readonly contentBytes: bigint }

export function beginMark(): Uint8Array {
  return skippable(BEGIN)
}

export function endMark(contentBytes: number): Uint8Array {
  const payload = Buffer.alloc(END_BYTES)
  END.copy(payload)
  payload.writeBigUInt64LE(BigInt(contentBytes), END.length)
  return skippable(payload)
}

/** What a skippable frame says; undefined when it is not one of ours. */
export function readMark(magic: number, payload: Buffer): Mark | undefined {
  if (magic !== MARK_MAGIC) return undefined
  if (payload.equals(BEGIN)) return { kind: 'begin' }
  if (payload.length !== END_BYTES || !payload.subarray(0, END.length).equals(END)) return undefined
  return { kind: 'end', contentBytes: payload.readBigUInt64LE(END.length) }
}

function skippable(payload: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(8 + payload.length)
  frame.writeUInt32LE(MARK_MAGIC, 0)
  frame.writeUInt32LE(payload.length, 4)
  frame.set(payload, 8)
  return frame
}
