import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { parseWalName } from '../catalog/wal-segment.js'
import { queryRow } from './query.js'
import { isArchiving, type ServerFacts } from './server-facts.js'

/** What the server says about its archive; asked while the backup waits. */
export interface ArchiverView {
  /** False where neither the server nor a receiver on the wire will bring any WAL to the repository. */
  mayArchive(): Promise<boolean>
  /** Whether the server takes this segment for archived. */
  callsArchived(segment: string): Promise<boolean>
  /** The file that the server last failed to archive and has not archived since; undefined when all is well. */
  failing(): Promise<string | undefined>
}

/** Asks the server that is being backed up. `client` is used for nothing else meanwhile. */
export function archiverViewOf(client: Client, facts: ServerFacts, isStandby: boolean): ArchiverView {
  return {
    async mayArchive() {
      // What a standby needs is archived by its primary, of which it knows nothing.
      if (isStandby || isArchiving(facts)) return true
      const { receivers } = await queryRow<{ readonly receivers: number }>(
        client,
        'look for WAL receivers',
        'SELECT count(*)::int AS receivers FROM pg_stat_replication',
      )
      return receivers > 0
    },
    async callsArchived(segment) {
      // A standby that does not archive itself marks what it has received as done.
      if (isStandby && facts.archiveMode !== 'always') return false
      const status = join(facts.dataDirectory, 'pg_wal', 'archive_status')
      if (existsSync(join(status, `${segment}.done`))) return true
      if (existsSync(join(status, `${segment}.ready`))) return false
      return await isPast(client, segment, facts.segmentBytes)
    },
    async failing() {
      const { failing } = await queryRow<{ readonly failing: string | null }>(
        client,
        'ask the archiver for its failures',
        `SELECT CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN last_failed_wal END AS failing
         FROM pg_stat_archiver`,
      )
      return failing ?? undefined
    },
  }
}

/** The archiver goes through the segments of a timeline in the order of their names. */
async function isPast(client: Client, segment: string, segmentBytes: number): Promise<boolean> {
  const { last } = await queryRow<{ readonly last: string | null }>(
    client,
    'ask the archiver for its progress',
    'SELECT last_archived_wal AS last FROM pg_stat_archiver',
  )
  const name = last === null ? undefined : parseWalName(last, segmentBytes)
  if (last === null || name === undefined || name.kind === 'history') return false
  // The name of a backup history file begins with a segment's, and comes after it.
  return last.slice(0, 8) === segment.slice(0, 8) && last >= segment
}
