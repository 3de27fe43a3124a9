import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readStorage, TARGET_STORAGE_FLAG } from '@walg/core'
import {
  type ArgSpec,
  isWalgError,
  type Operation,
  type OperationContext,
  type OperationInput,
  type OperationResult,
} from '@walg/sdk'
import { WAL_FOLDER } from '../wal/archived-object.js'
import { fetchWalFile } from '../wal/fetch-wal-file.js'
import { PrefetchFolder, startPrefetch } from '../wal/prefetch.js'
import { placeFile, requireFreeDestination } from '../wal/segment-file.js'
import { requireWalName } from '../wal/wal-file.js'

/** The archive's proven end, which PostgreSQL may act upon. */
const EXIT_ABSENT = 74
/** A standby asks again. */
const EXIT_TRY_AGAIN = 75
/** Recovery stops with a fatal error, and nothing is lost. PostgreSQL would take 1 to 125 for the archive's end and promote. */
const EXIT_FAILED = 200

/** What PostgreSQL gives to a restore_command. */
export const RESTORE_COMMAND_ARGS: ArgSpec = [
  { name: 'wal_name', summary: 'name of the file, as %f of restore_command', required: true },
  { name: 'destination_filename', summary: 'where to put it, as %p of restore_command', required: true },
]

/** restore_command: exit 0 means that the whole file, checked, is at the destination. */
export const walFetch: Operation = {
  id: 'wal-fetch',
  summary: 'Fetch one WAL file for recovery',
  args: RESTORE_COMMAND_ARGS,
  flags: { 'target-storage': TARGET_STORAGE_FLAG },
  run: runWalFetch,
  exitCodeFor: restoreCommandExit,
}

/** Exit code of a failed restore_command, by the rules of PostgreSQL. */
export function restoreCommandExit(error: unknown): number {
  if (isWalgError(error, 'E_WAL_ABSENT')) return EXIT_ABSENT
  if (isWalgError(error) && error.retryable && existsSync('standby.signal')) return EXIT_TRY_AGAIN
  return EXIT_FAILED
}

async function runWalFetch(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  const text = input.args['wal_name'] ?? ''
  const name = requireWalName(ctx, text)
  const destination = resolve(input.args['destination_filename'] ?? '')
  await requireFreeDestination(destination)

  const isSegment = name.kind === 'segment'
  const prefetched = new PrefetchFolder(ctx, destination)
  if (!isSegment || !(await prefetched.take(ctx, name, text, destination))) {
    const archive = (await readStorage(ctx, input)).sub(WAL_FOLDER)
    await placeFile(destination, await fetchWalFile(ctx, archive, text, name))
  }
  if (isSegment) await startPrefetch(ctx, text, destination)
  return { json: { name: text, destination } }
}
