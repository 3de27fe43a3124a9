import type { StorageReader } from '@walg/core'
import type { OperationContext } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import type { WalName } from '../catalog/wal-segment.js'
import { findArchived, readArchived } from './archived-object.js'
import { checkSegment, maxBytesOf } from './wal-file.js'

/** Timeline 1 has no history: PostgreSQL never writes this file, and asks for it all the same. */
export const NEVER_ARCHIVED = '00000001.history'

/**
 * The content of an archived file, whole and checked against its name. Rejects with `E_WAL_ABSENT` only when the
 * repository has answered that it does not hold the file.
 */
export async function fetchWalFile(
  ctx: OperationContext,
  archive: StorageReader,
  text: string,
  name: WalName,
): Promise<readonly Uint8Array[]> {
  if (text === NEVER_ARCHIVED) throw absentWal(text)
  const object = await findArchived(ctx, archive, text)
  if (!object) throw absentWal(text)
  const chunks = await readArchived(ctx, archive, object, maxBytesOf(ctx, name))
  if (name.kind === 'segment' || name.kind === 'partial') {
    checkSegment(ctx, name, chunks, `${object.key} of the repository`)
  }
  return chunks
}

/** The error that PostgreSQL is told of as the end of the archive: only for what is proven not to be there. */
export function absentWal(name: string): WalgError {
  return new WalgError('E_WAL_ABSENT', `unable to fetch ${name}: the repository does not hold it`, {
    details: { name },
  })
}
