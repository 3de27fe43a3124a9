import type { OperationInput } from '@walg/sdk'
import { expect, test } from 'vitest'
import { walVerify } from '../../src/operations/wal-verify.js'
import { SyntheticRepository } from '../support/synthetic-repository.js'

const DAY = { from: '2026-08-01T00:00:00Z', to: '2026-08-01T00:10:00Z' }

function repository(): SyntheticRepository {
  const made = new SyntheticRepository()
  for (let segment = 2; segment < 8; segment++) made.segment(segment)
  return made
}

/** segments have 1 MiB here. */
const at = (segment: number) => `0/${(segment * 1024 * 1024 + 40).toString(16)}`

async function verify(made: SyntheticRepository, flags: OperationInput['flags'] = {}) {
  const given = { timeline: 1, lsn: at(8), ...flags }
  return await walVerify.run(made.context(), { args: {}, rest: ['integrity', 'timeline'], flags: given })
}

function withMetadata(made: SyntheticRepository, name: string, isPermanent = false): void {
  made.driver.set(`basebackups_005/${name}/metadata.json`, `{"is_permanent":${isPermanent}}`)
}

test('a hole behind the oldest backup ends the check with 11, one before it does not', async () => {
  const made = repository().without(3)
  withMetadata(made, made.backup({ segment: 4, ...DAY }))
  // Nothing newer than the oldest backup is on its way.
  const settled = async () => JSON.parse((await verify(made)).jsonText ?? '').integrity

  expect((await verify(made)).exitCode).toBe(0)
  expect(await settled()).toMatchObject({ status: 'OK', details: [{ segments_count: 4 }] })

  withMetadata(made, made.backup({ segment: 2, ...DAY }), true)
  expect((await verify(made)).exitCode).toBe(0)
})

test('a server on another timeline than the archive has ends the check with 11', async () => {
  const result = await verify(repository(), { timeline: 2 })

  expect(result.exitCode).toBe(11)
  expect(JSON.parse(result.jsonText ?? '').timeline).toEqual({
    status: 'FAILURE',
    details: { current_timeline_id: 2, highest_storage_timeline_id: 1 },
  })
})

test('a history file that cannot be read is not taken for none', async () => {
  const made = repository().history(2, '1\tnonsense\tx\n')

  await expect(verify(made, { timeline: 2 })).rejects.toMatchObject({ code: 'E_WAL_INVALID' })
})

test('metadata beside a segment does not pass for it', async () => {
  const made = repository().without(7)
  withMetadata(made, made.backup({ segment: 4, ...DAY }))
  made.driver.set('wal_005/000000010000000000000007.json', '{}')

  const { integrity } = JSON.parse((await verify(made)).jsonText ?? '')

  expect(integrity).toMatchObject({ status: 'WARNING', details: [{}, { status: 'MISSING_UPLOADING' }] })
})

test('a backup that the server never had in its past cannot be begun with', async () => {
  const made = repository().history(2, `1\t${at(3)}\tx\n`)
  const name = made.backup({ segment: 5, ...DAY })
  withMetadata(made, name)

  await expect(verify(made, { timeline: 2, 'backup-name': name })).rejects.toMatchObject({
    code: 'E_BACKUP_NOT_FOUND',
    message: expect.stringContaining('after the server left timeline 1'),
  })
})

test.each([
  [{ timeline: undefined }],
  [{ lsn: undefined }],
  [{ timeline: 2 ** 32 }],
  [{ timeline: -1 }],
  [{ lsn: '50331688' }],
])('%j is no position', async (flags) => {
  await expect(verify(repository(), flags)).rejects.toMatchObject({ code: 'E_USAGE' })
})
