import { tmpdir } from 'node:os'
import { openStorage, systemClock } from '@walg/core'
import type { Log } from '@walg/sdk'
import { MemoryDriver } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { BackupRecord } from '../../src/push/backup-record.js'
import { BackupTarget } from '../../src/push/backup-target.js'

const NAME = 'base_000000010000000000000002'
const PART = `${NAME}/tar_partitions/part_001.tar`
const { signal } = new AbortController()
const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

async function prepared(...keys: readonly string[]) {
  const driver = new MemoryDriver({}, false)
  for (const key of keys) await driver.put(key, [Buffer.from('content')], { signal })
  const storage = openStorage(driver, { name: 'default', clock: systemClock, log })
  const keysLeft = async () => (await driver.list('', { signal })).objects.map(({ key }) => key)
  return { target: new BackupTarget(storage, NAME, log), keysLeft }
}

const recordOf = async (size: number) => {
  const record = new BackupRecord(true, tmpdir())
  await record.addObject('tar_partitions/part_001.tar', 'part_001.tar', { size, sha256: '00' })
  return record
}

describe('the place of a backup', () => {
  test('is refused where a backup of this name exists, which stays as it is', async () => {
    const { target, keysLeft } = await prepared(PART, `${NAME}_backup_stop_sentinel.json`)

    await expect(target.prepare(signal)).rejects.toMatchObject({ code: 'E_STORAGE_EXISTS' })
    expect(await keysLeft()).toHaveLength(2)
  })

  test('is freed of parts that an interrupted run has left, and of nothing else', async () => {
    const neighbour = 'base_000000010000000000000003/tar_partitions/part_001.tar'
    const { target, keysLeft } = await prepared(PART, neighbour)

    await target.prepare(signal)

    expect(await keysLeft()).toEqual([neighbour])
  })

  test('is proven when every part has the size that was sent', async () => {
    const { target } = await prepared(PART)

    await expect(target.requireWhole(await recordOf(7), signal)).resolves.toBeUndefined()
  })

  test.for([
    ['a part of another size', [PART], 8],
    ['a missing part', [], 7],
    ["somebody else's part", [PART, `${NAME}/tar_partitions/part_002.tar`], 7],
  ] as const)('is not proven with %s', async ([, keys, size]) => {
    const { target } = await prepared(...keys)

    await expect(target.requireWhole(await recordOf(size), signal)).rejects.toMatchObject({
      code: 'E_BACKUP_FAILED',
    })
  })

  test('is emptied when the backup fails', async () => {
    const { target, keysLeft } = await prepared(PART, `${NAME}/metadata.json`)

    await target.discard()

    expect(await keysLeft()).toEqual([])
  })

  test('is kept once the sentinel is there', async () => {
    const { target, keysLeft } = await prepared(PART)
    await target.putSentinel('{}', signal)

    await target.discard()

    expect(await keysLeft()).toContain(PART)
  })
})
