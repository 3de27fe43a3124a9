import { write, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const writeAt = promisify(write)
/** Writes this short cost less on the spot than on a way through the thread pool. */
const WRITE_NOW_BYTES = 64 * 1024

/** Writes all of the bytes at this place of an open file. */
export async function writeFully(descriptor: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const left = bytes.length - done
    if (left <= WRITE_NOW_BYTES) done += writeSync(descriptor, bytes, done, left, position + done)
    else done += (await writeAt(descriptor, bytes, done, left, position + done)).bytesWritten
  }
}
