import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { WalgError } from '@walg/sdk'

/**
 * Puts a whole file in place: written beside the destination, then renamed. No fsync: PostgreSQL does that itself when it
 * keeps a restored file, and after a crash it asks for it again.
 */
export async function placeFile(destination: string, content: readonly Uint8Array[]): Promise<void> {
  const part = `${destination}.walg-part`
  try {
    const file = await open(part, 'w', 0o600)
    try {
      for (const chunk of content) await writeFully(file, chunk)
    } finally {
      await file.close()
    }
    await rename(part, destination)
  } catch (error) {
    await rm(part, { force: true })
    throw new WalgError('E_WAL_DESTINATION', `unable to write ${destination}: ${(error as Error).message}`, {
      details: { destination },
      cause: error,
    })
  }
}

/** Rejects with `E_WAL_DESTINATION` when something is there already, be it a link that leads nowhere. */
export async function requireFreeDestination(destination: string): Promise<void> {
  const there = await lstat(destination).catch(() => undefined)
  if (!there) return
  throw new WalgError('E_WAL_DESTINATION', `unable to write ${destination}: it exists already`, {
    details: { destination },
  })
}

/** A write may take only a part, on a disk that is nearly full for one. */
async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done)
    done += bytesWritten
  }
}
