import { expect, test } from 'vitest'
import { walShow } from '../../src/operations/wal-show.js'
import { SyntheticRepository } from '../support/synthetic-repository.js'

async function show(made: SyntheticRepository, flags = {}) {
  return (await walShow.run(made.context(), { args: {}, flags })).text ?? ''
}

test('names missing segments newest first', async () => {
  const made = new SyntheticRepository()
  for (const segment of [2, 3, 6]) made.segment(segment)

  const [timeline] = JSON.parse(await show(made, { 'detailed-json': true }))

  expect(timeline).toMatchObject({
    segments_count: 3,
    segment_range_size: 5,
    missing_segments: ['000000010000000000000005', '000000010000000000000004'],
    status: 'LOST_SEGMENTS',
  })
  expect(timeline).not.toHaveProperty('backups')
})

test('does not take WAL metadata for a segment', async () => {
  const made = new SyntheticRepository().segment(2)
  made.driver.set('wal_005/000000010000000000000003.json', '{}')

  expect(JSON.parse(await show(made, { 'detailed-json': true }))).toMatchObject([{ segments_count: 1 }])
})

test('a backup that cannot be read fails the table, and not one without backups', async () => {
  const made = new SyntheticRepository().segment(2)
  made.backup({ segment: 2, from: '2026-08-01T00:00:00Z', to: '2026-08-01T00:01:00Z' })

  await expect(show(made)).rejects.toMatchObject({ code: 'E_STORAGE_NOT_FOUND' })
  expect(await show(made, { 'without-backups': true })).toContain('| OK ')
})
