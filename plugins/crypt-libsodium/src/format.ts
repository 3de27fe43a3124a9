import { HEADER_BYTES, SEAL_BYTES } from './sodium.js'

/** WAL-G's length of a message; every one but the last has it. */
export const MESSAGE_BYTES = 8192
export const SEALED_BYTES = MESSAGE_BYTES + SEAL_BYTES
/** Messages that are given out together: 1 MiB. */
export const MOST_MESSAGES = 128

/** An object without data has a header and one message. */
export const SHORTEST_OBJECT = HEADER_BYTES + SEAL_BYTES

/**
 * What WAL-G writes when nothing at all was to be encrypted (an empty file, without compression): a last message, sealed before it has taken
 * key and header. So it is always the same, whatever the key, and proves nothing.
 */
export const EMPTY_OBJECT_OF_WAL_G = Buffer.from('9c08f276d1f4bc1e88fd630d9ff14d74bf', 'hex')
