import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { type ArchivingServer, checksumOf, startArchiving, switchAndArchive } from './repository.js'
import { restoredCopy } from './restored-copy.js'
import { promoted, startRestored } from './restored-server.js'

const MAJOR = 15

/** Backs up, and returns the name of the backup and what was in the table. */
async function backUp({ server, walg }: ArchivingServer): Promise<{ name: string; sum: string }> {
  await server.query('INSERT INTO kept SELECT g FROM generate_series(1, 5000) g')
  await switchAndArchive(server)
  const sum = await checksumOf(server, 'kept')
  const { stderr, code } = await walg(['backup-push', server.dataDirectory])
  expect(code, stderr).toBe(0)
  return { name: /Wrote backup with name (\S+)/.exec(stderr)?.[1] ?? '', sum }
}

const segmentsIn = ({ objects }: ArchivingServer) =>
  objects('wal_005').flatMap((key) => /\/([0-9A-F]{24})\.lz4$/.exec(key)?.[1] ?? [])

describeWith('a repository after deletes', lacksPostgres(MAJOR), () => {
  test('restores what was to be kept: the newest to its end, the permanent one as it was', async () => {
    await using source = await startArchiving({ major: MAJOR })
    const { server, walg, folder, objects } = source
    await server.query('CREATE TABLE kept (id int)')
    const permanent = await backUp(source)
    const old = await backUp(source)
    const newest = await backUp(source)
    await server.query('INSERT INTO kept VALUES (-1)')
    await switchAndArchive(server)
    const end = await checksumOf(server, 'kept')
    expect(await walg(['backup-mark', permanent.name])).toMatchObject({ code: 0 })
    const before = objects('.')

    const dry = await walg(['delete', 'retain', 'FULL', '1'])
    expect(dry.code, dry.stderr).toBe(0)
    expect(objects('.')).toEqual(before)

    const deleted = await walg(['delete', 'retain', 'FULL', '1', '--confirm'])
    expect(deleted.code, deleted.stderr).toBe(0)
    expect(objects('basebackups_005').filter((key) => key.includes(old.name))).toEqual([])
    const gone = before.filter((key) => !objects('.').includes(key))
    expect(dry.stderr.match(/(?<=marked for deletion: )\S+/g)?.sort()).toEqual(gone)
    // The WAL between the permanent backup and the newest has no reader any more.
    expect(segmentsIn(source)).not.toContain(old.name.slice('base_'.length))

    const status = await walg(['status', '--json'])
    expect(status.code, status.stdout).toBe(0)
    await server.shutDown()
    await using copy = await restoredCopy(source)
    expect(await checksumOf(copy, 'kept')).toBe(end)

    const directory = join(folder, 'permanent')
    const restored = await walg([
      'restore',
      directory,
      '--backup',
      permanent.name,
      '--immediate',
      '--action',
      'promote',
    ])
    expect(restored.code, restored.stderr).toBe(0)
    await using asItWas = await startRestored(directory, MAJOR)
    await promoted(asItWas)
    expect(await checksumOf(asItWas, 'kept')).toBe(permanent.sum)
    expect(newest.sum).not.toBe(permanent.sum)
  })
})
