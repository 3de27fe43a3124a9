import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pgbackrestWalFetch } from '../../src/operations/pgbackrest-wal-fetch.js'
import { archiveOfCluster } from '../../src/pgbackrest/archive-folder.js'
import { openStanza } from '../../src/pgbackrest/stanza.js'
import { scratchFolder } from '../support/restored-tree.js'
import { StanzaRepository, SYSTEM } from '../support/stanza-repository.js'
import { SyntheticWal } from '../support/synthetic-wal.js'

const NAME = '000000010000000000000004'
const CONTENT = new SyntheticWal(SYSTEM).segment(1, 4, [])

/** The file that was fetched, or the exit code; nothing is left where there was no success. */
async function fetch(made: StanzaRepository, name: string): Promise<string | number> {
  const folder = scratchFolder()
  const destination = join(folder, 'RECOVERYXLOG')
  try {
    await pgbackrestWalFetch.run(made.context(), {
      args: { wal_name: name, destination_filename: destination },
      flags: {},
    })
    return readFileSync(destination, 'latin1')
  } catch (error) {
    expect(readdirSync(folder)).toEqual([])
    return pgbackrestWalFetch.exitCodeFor?.(error) ?? 0
  }
}

test('fetches segments, history and backup history files', async () => {
  const made = new StanzaRepository().archiveInfo().segment(NAME, CONTENT)
  made.put('archive/main/15-1/00000002.history', '1\t0/5000028\tx\n')
  made.put(`archive/main/15-1/0000000100000000/${NAME}.00000028.backup`, 'label')

  expect(await fetch(made, NAME)).toBe(Buffer.from(CONTENT).toString('latin1'))
  expect(await fetch(made, '00000002.history')).toBe('1\t0/5000028\tx\n')
  expect(await fetch(made, `${NAME}.00000028.backup`)).toBe('label')
})

test('74 is for what the archive has been asked for', async () => {
  const made = new StanzaRepository().archiveInfo().segment(NAME, CONTENT)

  expect(await fetch(made, '000000010000000000000005')).toBe(74)
  expect(await fetch(made, '00000003.history')).toBe(74)
  expect(await fetch(made, '00000001.history')).toBe(74)
})

test('a partial segment does not pass for a whole one', async () => {
  const made = new StanzaRepository().archiveInfo().segment(`${NAME}.partial`, CONTENT)

  expect(await fetch(made, NAME)).toBe(74)
  expect(await fetch(made, `${NAME}.partial`)).toBe(Buffer.from(CONTENT).toString('latin1'))
})

test.each([
  ['no such stanza', () => new StanzaRepository()],
  ['content of another checksum', () => archived().segment(NAME, CONTENT, { sha1: 'a'.repeat(40) })],
  ['a segment that was cut', () => archived().segment(NAME, CONTENT.subarray(0, 8192))],
  [
    'the content of another segment',
    () => archived().segment(NAME, new SyntheticWal(SYSTEM).segment(1, 5, [])),
  ],
  [
    'two contents for one name',
    () =>
      archived()
        .segment(NAME, CONTENT)
        .segment(NAME, new SyntheticWal(SYSTEM).segment(1, 4, [{ commit: '2026-08-01T00:00:00Z' }])),
  ],
])('%s ends with 200', async (_, make) => {
  expect(await fetch(make(), NAME)).toBe(200)
})

test('names that PostgreSQL does not give end with 200', async () => {
  expect(await fetch(archived().segment(NAME, CONTENT), `../${NAME}`)).toBe(200)
  expect(await fetch(archived().segment(NAME, CONTENT), '0000000100000000')).toBe(200)
})

test('after pg_upgrade the folder is that of the cluster being recovered', async () => {
  const made = new StanzaRepository().archiveInfo([1n, SYSTEM])
  made.segment(NAME, CONTENT, { cluster: '15-2' })
  const ctx = made.context()
  const dataDirectory = (system: bigint) => {
    const other = new StanzaRepository()
    const control = Buffer.alloc(512)
    control.writeBigUInt64LE(system)
    other.put('global/pg_control', control)
    return other.root
  }
  const holds = async (folder: string) =>
    await (await archiveOfCluster(ctx, await openStanza(ctx), folder)).exists(readdirKey(made.root), {
      signal: ctx.signal,
    })

  expect(await holds(dataDirectory(SYSTEM))).toBe(true)
  expect(await holds(scratchFolder())).toBe(true)
  expect(await holds(dataDirectory(1n))).toBe(false)
  await expect(holds(dataDirectory(2n))).rejects.toMatchObject({ code: 'E_WAL_INVALID' })
})

function archived(): StanzaRepository {
  return new StanzaRepository().archiveInfo()
}

/** Key of the one segment of the second cluster. */
function readdirKey(root: string): string {
  const folder = join(root, 'archive/main/15-2/0000000100000000')
  expect(existsSync(folder)).toBe(true)
  return `0000000100000000/${readdirSync(folder)[0]}`
}
