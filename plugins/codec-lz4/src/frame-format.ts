/** Numbers of the LZ4 frame format, version 1.6.1 of its description. */
export const FRAME_MAGIC = 0x184d2204
export const LEGACY_MAGIC = 0x184c2102
export const SKIPPABLE_MAGIC = 0x184d2a50
export const SKIPPABLE_MASK = 0xfffffff0

/** Set in a block's size when its bytes are stored as they are. */
export const STORED_FLAG = 0x80000000

export const FLAG_INDEPENDENT = 0x20
export const FLAG_BLOCK_CHECKSUM = 0x10
export const FLAG_CONTENT_SIZE = 0x08
export const FLAG_CONTENT_CHECKSUM = 0x04
export const FLAG_DICTIONARY = 0x01

const KiB = 1024
/** Largest block by the three bits of the descriptor; others are not defined. */
export const BLOCK_BYTES: Readonly<Record<number, number>> = {
  4: 64 * KiB,
  5: 256 * KiB,
  6: 1024 * KiB,
  7: 4096 * KiB,
}
export const LEGACY_BLOCK_BYTES = 8 * 1024 * KiB
/** How far back a linked block may refer. */
export const WINDOW_BYTES = 64 * KiB
