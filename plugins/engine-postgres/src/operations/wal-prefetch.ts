import { resolve } from 'node:path'
import { readStorage, TARGET_STORAGE_FLAG } from '@walg/core'
import {
  type Operation,
  type OperationContext,
  type OperationInput,
  type OperationResult,
  WalgError,
} from '@walg/sdk'
import { WAL_FOLDER } from '../wal/archived-object.js'
import { PrefetchFolder, upcoming } from '../wal/prefetch.js'
import { requireWalName } from '../wal/wal-file.js'

/** Segments fetched at once; each is in memory whole, packed and unpacked. */
const PARALLEL = 3

/** Started by wal-fetch: brings the segments that recovery will ask for next. */
export const walPrefetch: Operation = {
  id: 'wal-prefetch',
  summary: 'Fetch the WAL segments after one ahead of time',
  args: [
    { name: 'wal_name', summary: 'segment that was fetched last', required: true },
    { name: 'prefetch_location', summary: 'where that was put', required: true },
  ],
  flags: { 'target-storage': TARGET_STORAGE_FLAG },
  run: runWalPrefetch,
}

async function runWalPrefetch(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  const text = input.args['wal_name'] ?? ''
  const name = requireWalName(ctx, text)
  if (name.kind !== 'segment') {
    throw new WalgError('E_WAL_NAME', `unable to prefetch after ${text}: it is no WAL segment`, {
      details: { text },
    })
  }
  const folder = new PrefetchFolder(ctx, resolve(input.args['prefetch_location'] ?? ''))
  await folder.clean(ctx, name)
  const archive = (await readStorage(ctx, input)).sub(WAL_FOLDER)
  const queue = [...upcoming(ctx, text)]
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      await folder.fetch(ctx, archive, next)
  }
  await Promise.all(Array.from({ length: PARALLEL }, work))
  return { json: { fetchedAfter: text } }
}
