import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.js'
import { giveTo } from '../../support/postgres-server.js'
import { copyFixture, type FixtureRepository, lacksFixture } from './fixture-repository.js'
import { runPg } from './run-pg.js'

const BACKUP = 'base_000000010000000000000002'
const EXIT_CONFLICT = 7

describeWith('a restore that cannot succeed', lacksFixture('full-lz4'), () => {
  let fixture: FixtureRepository
  let directory: string
  beforeEach(() => {
    fixture = copyFixture('full-lz4')
    directory = join(fixture.folder, 'restored')
  })
  afterEach(() => fixture.remove())

  const restore = (...flags: readonly string[]) => runPg(['restore', directory, ...flags], fixture.options)
  const segment = (name: string) => join(fixture.repository, 'wal_005', `0000000100000000000000${name}.lz4`)

  test('because of a hole names the segment, writes nothing, and succeeds once it is filled', async () => {
    renameSync(segment('03'), join(fixture.folder, 'aside'))

    const refused = await restore('--latest')
    const stillThere = existsSync(directory)
    renameSync(join(fixture.folder, 'aside'), segment('03'))
    const accepted = await restore('--latest')

    expect(refused.code).toBe(EXIT_CONFLICT)
    expect(refused.stderr).toContain('000000010000000000000003 is missing')
    expect(stillThere).toBe(false)
    expect(accepted.code).toBe(0)
  })

  test.each([
    [['--to', '2026-11-22 20:28:40+00'], /the earliest after it is 2026-11-22 20:28:46\.582483\+00/],
    [['--to', '2026-11-22 20:28:54.082944+00'], /ended at 2026-11-22 20:28:54\.082944\+00/],
    [['--to', '2026-11-23 00:00:00+00'], /ended at 2026-11-22 20:28:54\.082944\+00/],
    [['--to-name', 'rp_before_bank'], /it holds 'rp_after_bank'/],
    [['--to-xid', '4000000'], /does not hold it/],
    [['--to-lsn', '0/5000000'], /the archive ends before it/],
    [['--timeline', '2'], /no backup lies on the way to timeline 2/],
  ])('because of %j names what can be reached', async (flags, message) => {
    const { code, stderr, stdout } = await restore(...flags)

    expect(code).toBe(EXIT_CONFLICT)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(existsSync(directory)).toBe(false)
  })

  test('because the backup waits for its WAL names the segment', async () => {
    rmSync(segment('02'))

    const { code, stderr } = await restore('--backup', BACKUP, '--immediate')

    expect(code).toBe(EXIT_CONFLICT)
    expect(stderr).toContain('000000010000000000000002 is missing')
  })

  test('because a part is cut leaves no directory behind', async () => {
    const part = join(fixture.repository, 'basebackups_005', BACKUP, 'tar_partitions/part_001.tar.lz4')
    truncateSync(part, 1_000_000)

    const { code } = await restore('--latest')

    expect(code).not.toBe(0)
    expect(existsSync(directory)).toBe(false)
  })

  test('because it is interrupted leaves nothing in a directory that was there', async () => {
    mkdirSync(directory)
    giveTo(fixture.options.user, directory)
    const abort = new AbortController()
    const running = runPg(['restore', directory, '--latest'], { ...fixture.options, signal: abort.signal })
    const watching = setInterval(() => {
      if (readdirSync(directory).length > 0) abort.abort()
    }, 1)

    const { code } = await running
    clearInterval(watching)

    expect(code).toBe(143)
    expect(readdirSync(directory)).toEqual([])
  })

  test('because the destination is in use changes nothing there', async () => {
    mkdirSync(directory)
    writeFileSync(join(directory, 'precious'), 'x')

    const { code } = await restore('--latest')

    expect(code).toBe(EXIT_CONFLICT)
    expect(readdirSync(directory)).toEqual(['precious'])
  })

  test('is not asked of a plan, which writes nothing', async () => {
    const { code, stdout } = await restore('--to', '2026-11-22 20:28:49.872925+00', '--plan', '--json')

    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      backup: BACKUP,
      timeline: 1,
      fetch: { backups: 1, objects: 3, stored_bytes: 4563827 },
      wal: { first: '000000010000000000000002', last: '000000010000000000000003', segments: 2 },
    })
    expect(existsSync(directory)).toBe(false)
  })
})
