import { join } from 'node:path'
import { expect } from 'vitest'
import { type PostgresServer, startOn } from '../../support/postgres-server.js'
import { recoverToEnd } from './recovery.js'
import { type ArchivingServer, until } from './repository.js'

/** Fetches a backup into a new directory, and lets a server recover there to the end of the archive. */
export async function restoredCopy(from: ArchivingServer, backup = 'LATEST'): Promise<PostgresServer> {
  const { server, folder, repository, walg } = from
  const destination = join(folder, `restored-${Date.now()}`)
  const fetched = await walg(['backup-fetch', destination, backup])
  expect(fetched.stderr).not.toContain('ERROR')
  expect(fetched.code).toBe(0)
  recoverToEnd(destination, server.major, repository)
  const copy = await startOn(destination, server.major, { archive_mode: 'off' })
  await until('the end of recovery', async () => {
    const [row] = await copy.query('SELECT pg_is_in_recovery() AS recovering')
    return row?.['recovering'] === false
  })
  return copy
}
