import { createHash } from 'node:crypto'
import { futimesSync } from 'node:fs'
import { type ByteStream, WalgError } from '@walg/sdk'
import type { Destination } from '../fetch/destination.js'
import { writeFully } from '../fetch/positional-write.js'
import type { StanzaManifest } from './manifest.js'
import type { ManifestFile } from './manifest-entries.js'
import type { StoredFile } from './stored-files.js'

/**
 * Writes one file with the mode and time that the manifest has for it. Settles with the number of bytes. Rejects with `E_INTEGRITY_SIZE` or
 * `E_INTEGRITY_CHECKSUM` when the content is not what was backed up.
 */
export async function restoreFile(
  destination: Destination,
  path: string,
  { name, listed }: StoredFile,
  manifest: StanzaManifest,
  content: ByteStream,
): Promise<number> {
  return await destination.writeFile(path, listed?.mode ?? manifest.fileMode, async (descriptor) => {
    const hash = createHash('sha1')
    let bytes = 0
    for await (const chunk of content) {
      hash.update(chunk)
      await writeFully(descriptor, chunk, bytes)
      bytes += chunk.length
    }
    if (listed) {
      requireSame(name, listed, bytes, hash.digest('hex'))
      futimesSync(descriptor, listed.modifiedSeconds, listed.modifiedSeconds)
    }
    return bytes
  })
}

function requireSame(name: string, listed: ManifestFile, bytes: number, sha1: string): void {
  if (bytes !== listed.bytes) {
    throw new WalgError(
      'E_INTEGRITY_SIZE',
      `unable to restore ${name}: it has ${bytes} bytes, ${listed.bytes} were stored`,
      { details: { name, bytes, expected: listed.bytes } },
    )
  }
  if (listed.sha1 !== undefined && sha1 !== listed.sha1) {
    throw new WalgError(
      'E_INTEGRITY_CHECKSUM',
      `unable to restore ${name}: its SHA-1 is ${sha1}, ${listed.sha1} was stored`,
      { details: { name, sha1, expected: listed.sha1 } },
    )
  }
}
