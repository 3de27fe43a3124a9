import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { archiverViewOf } from '../../src/server/archiver-view.js'
import type { ServerFacts } from '../../src/server/server-facts.js'

const SEGMENT = '000000010000000000000002'

/** A server whose pg_stat_archiver says this, with these marks in archive_status. */
function view(
  last: string | null,
  marks: readonly string[] = [],
  more: Partial<ServerFacts> = {},
  isStandby = false,
) {
  const dataDirectory = temporaryFolder()
  const status = join(dataDirectory, 'pg_wal/archive_status')
  mkdirSync(status, { recursive: true })
  for (const mark of marks) writeFileSync(join(status, mark), '')
  const client = { query: async () => ({ rows: [{ last, receivers: 0, failing: null }] }) }
  const facts = {
    version: 150_000,
    dataDirectory,
    systemIdentifier: 1n,
    segmentBytes: 16 * 1024 * 1024,
    blockBytes: 8192,
    hasChecksums: false,
    archiveMode: 'on',
    archiveCommand: 'something',
    archiveLibrary: '',
    ...more,
  }
  return archiverViewOf(client as unknown as Client, facts, isStandby)
}

describe('what the server calls archived', () => {
  test.for([
    ['the segment itself', SEGMENT, true],
    ['a later segment', '000000010000000000000005', true],
    ['the history of a backup that began in it', `${SEGMENT}.00000028.backup`, true],
    ['an earlier segment', '000000010000000000000001', false],
    ['a segment of another timeline', '000000020000000000000005', false],
    ['a timeline history', '00000002.history', false],
    ['nothing yet', null, false],
  ] as const)('after %s', async ([, last, expected]) => {
    expect(await view(last).callsArchived(SEGMENT)).toBe(expected)
  })

  test('is what it has marked as done', async () => {
    expect(await view(null, [`${SEGMENT}.done`]).callsArchived(SEGMENT)).toBe(true)
  })

  test('is not what it still wants to archive', async () => {
    expect(await view('000000010000000000000005', [`${SEGMENT}.ready`]).callsArchived(SEGMENT)).toBe(false)
  })

  test('means nothing on a standby that does not archive itself', async () => {
    const standby = view('000000010000000000000005', [`${SEGMENT}.done`], {}, true)
    const archiving = view('000000010000000000000005', [`${SEGMENT}.done`], { archiveMode: 'always' }, true)

    expect(await standby.callsArchived(SEGMENT)).toBe(false)
    expect(await archiving.callsArchived(SEGMENT)).toBe(true)
  })
})

describe('whether anything may still come', () => {
  test('depends on archive_mode and the command, where nothing receives WAL', async () => {
    expect(await view(null).mayArchive()).toBe(true)
    expect(await view(null, [], { archiveMode: 'off' }).mayArchive()).toBe(false)
    expect(await view(null, [], { archiveCommand: '(disabled)' }).mayArchive()).toBe(false)
    expect(await view(null, [], { archiveCommand: '', archiveLibrary: 'basic_archive' }).mayArchive()).toBe(
      true,
    )
  })

  test('cannot be told on a standby', async () => {
    expect(await view(null, [], { archiveMode: 'off' }, true).mayArchive()).toBe(true)
  })
})
