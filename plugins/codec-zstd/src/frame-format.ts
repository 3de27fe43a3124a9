/** Numbers of RFC 8878, and those of this codec. */
const KiB = 1024
const MiB = 1024 * KiB

export const FRAME_MAGIC = 0xfd2fb528
export const SKIPPABLE_MAGIC = 0x184d2a50
export const SKIPPABLE_MASK = 0xfffffff0
export const LARGEST_BLOCK_BYTES = 128 * KiB

/** WAL-G reads no frame with a larger one either. */
export const WINDOW_LOG_MAX = 29
export const MOST_WINDOW_BYTES = 512 * MiB

/** Content of each frame that is written, and the most that a frame may hold to be unpacked as a whole. */
export const PIECE_BYTES = 4 * MiB
/** Frames of a piece that does not compress are a little larger than it. */
export const MOST_WHOLE_FRAME_BYTES = PIECE_BYTES + 64 * KiB
/** More than a frame is larger than its content, if the content does not compress: but for 1/256 of it. */
export const FRAME_OVERHEAD_BYTES = 4096

/** Frames are given to the engine, and content comes from it, in chunks of this size. */
export const CHUNK_BYTES = MiB
