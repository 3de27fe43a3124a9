import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WalgError } from '@walg/sdk'
import { FaultPlan, withFaults } from '@walg/testkit'
import { expect, test } from 'vitest'
import { walPrefetch } from '../../src/operations/wal-prefetch.js'
import { Archive } from '../support/archive.js'
import { name } from '../support/synthetic-repository.js'

const folderOf = (archive: Archive) => join(archive.dataDirectory, '.wal-g/prefetch')

/** Fetches what follows segment 5, as many segments as asked for; what is there afterwards. */
async function prefetch(archive: Archive, count: number): Promise<readonly string[]> {
  const args = { wal_name: name(5), prefetch_location: join(archive.dataDirectory, 'RECOVERYXLOG') }
  await walPrefetch.run(archive.context({ WALG_DOWNLOAD_CONCURRENCY: String(count) }), { args, flags: {} })
  return readdirSync(folderOf(archive)).sort()
}

async function filled(segments: readonly number[], archive = new Archive()): Promise<Archive> {
  for (const segment of segments) await archive.push(archive.writeSegment(segment))
  return archive
}

test('the next segments are fetched whole, and no more than asked for', async () => {
  const archive = await filled([5, 6, 7, 8])

  expect(await prefetch(archive, 2)).toEqual([name(6), name(7), 'running'])
  expect(Buffer.compare(readFileSync(join(folderOf(archive), name(6))), archive.segmentBytes(6))).toBe(0)
  expect(readdirSync(join(folderOf(archive), 'running'))).toEqual([])
})

test('what the archive does not hold leaves nothing', async () => {
  expect(await prefetch(await filled([6]), 4)).toEqual([name(6), 'running'])
})

test('what fails leaves an empty file, so that it is not tried again at once', async () => {
  const refused = new WalgError('E_STORAGE_PERMISSION', 'unable to read: refused')
  const rule = {
    call: 'get',
    key: new RegExp(name(6)),
    fault: { kind: 'error', error: refused },
    times: 9,
  } as const
  const archive = await filled(
    [6, 7],
    new Archive({ wrap: (driver) => withFaults(driver, new FaultPlan([rule])) }),
  )

  expect(await prefetch(archive, 2)).toEqual([name(6), name(7), 'running'])
  expect(readFileSync(join(folderOf(archive), name(6)))).toHaveLength(0)
})

test('what another process is fetching is left to it', async () => {
  const archive = await filled([6])
  mkdirSync(join(folderOf(archive), 'running'), { recursive: true })
  writeFileSync(join(folderOf(archive), 'running', name(6)), 'half')

  expect(await prefetch(archive, 1)).toEqual(['running'])
  expect(readFileSync(join(folderOf(archive), 'running', name(6)), 'utf8')).toBe('half')
})

test('segments that recovery has passed are removed, other files are not', async () => {
  const archive = await filled([6])
  mkdirSync(folderOf(archive), { recursive: true })
  for (const entry of [name(4), name(5), name(9), 'notes']) writeFileSync(join(folderOf(archive), entry), '')

  await prefetch(archive, 1)

  expect(existsSync(join(folderOf(archive), name(4)))).toBe(false)
  for (const entry of [name(5), name(9), 'notes'])
    expect(existsSync(join(folderOf(archive), entry))).toBe(true)
})

test('only segments have successors', async () => {
  const archive = new Archive()
  const input = { args: { wal_name: '00000002.history', prefetch_location: 'x' }, flags: {} }

  await expect(walPrefetch.run(archive.context(), input)).rejects.toMatchObject({ code: 'E_WAL_NAME' })
})
