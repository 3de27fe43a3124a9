import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { type ArchivingServer, startArchiving, switchAndArchive } from './repository.js'

/** A segment with something in it. */
async function archiveSegment({ server }: ArchivingServer): Promise<void> {
  await server.query('CREATE TABLE IF NOT EXISTS t (id int)')
  await server.query('INSERT INTO t VALUES (1)')
  await switchAndArchive(server)
}

describe.each([10, 15, 18])('looking at the repository of PostgreSQL %i', (major) => {
  describeWith('with a server', lacksPostgres(major), () => {
    test('finds all well, and then the segment that was taken away', async () => {
      await using source = await startArchiving({ major })
      const { server, walg, repository } = source
      expect(await walg(['backup-push', server.dataDirectory])).toMatchObject({ code: 0 })
      for (let round = 0; round < 3; round++) await archiveSegment(source)

      const good = await walg(['status', '--json'])
      const verified = await walg(['wal-verify', 'integrity', 'timeline', '--json'])

      expect(good.code, good.stdout).toBe(0)
      expect(JSON.parse(good.stdout)).toMatchObject({
        status: 'good',
        server: { timeline_id: 1, lsn: expect.stringMatching(/^0\//) },
        windows: [{ timeline_id: 1 }],
      })
      expect(JSON.parse(good.stdout).server.behind_bytes).toBeLessThan(16 * 1024 * 1024)
      expect(JSON.parse(verified.stdout)).toMatchObject({
        integrity: { status: 'OK' },
        timeline: { status: 'OK' },
      })

      const segments = source.objects('wal_005').filter((key) => /\/[0-9A-F]{24}\.lz4$/.test(key))
      rmSync(join(repository, segments.at(-2) ?? ''))
      const broken = await walg(['status', '--json'])
      expect(broken.code).toBe(11)
      expect(JSON.parse(broken.stdout).problems).toMatchObject([{ kind: 'wal-hole', severity: 'failure' }])
    })
  })
})
