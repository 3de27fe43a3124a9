import type { OperationInput } from '@walg/sdk'
import { expect, test } from 'vitest'
import { backupList } from '../../src/operations/backup-list.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { testContext } from '../support/test-context.js'

const FIRST = 'base_000000010000000000000002'
const SECOND = 'base_000000010000000000000005'

function metadata(startTime: string, others = ''): string {
  return `{"start_time":"${startTime}","finish_time":"2026-08-01T10:00:09.5Z","date_fmt":"f","hostname":"<db>",
    "data_dir":"/pg","pg_version":150003,"start_lsn":33554472,"finish_lsn":4294967552,"is_permanent":true,
    "system_identifier":7711095216640504253,"uncompressed_size":5,"compressed_size":3${others}}`
}

function store(driver: MemoryDriver, name: string, modifiedAt: string, document?: string): void {
  driver.set(`basebackups_005/${name}_backup_stop_sentinel.json`, '{}', modifiedAt)
  if (document !== undefined) driver.set(`basebackups_005/${name}/metadata.json`, document)
}

async function run(drivers: Readonly<Record<string, MemoryDriver>>, flags: OperationInput['flags'] = {}) {
  return await backupList.run(testContext(drivers), { args: {}, flags })
}

test('an empty repository is an empty list', async () => {
  const result = await run({ default: new MemoryDriver() })

  expect(result).toMatchObject({ text: '', jsonText: '[]\n' })
  expect(result.exitCode ?? 0).toBe(0)
})

test('backups come oldest sentinel first, whatever their names', async () => {
  const driver = new MemoryDriver()
  store(driver, FIRST, '2026-08-02T00:00:00Z')
  store(driver, SECOND, '2026-08-01T00:00:00Z')

  const { text } = await run({ default: driver })

  expect(text).toBe(
    'backup_name                   modified             wal_file_name            storage_name\n' +
      `${SECOND} 2026-08-01T00:00:00Z 000000010000000000000005 default\n` +
      `${FIRST} 2026-08-02T00:00:00Z 000000010000000000000002 default\n`,
  )
})

test('a detailed list comes in the order of start times', async () => {
  const driver = new MemoryDriver()
  store(driver, FIRST, '2026-08-02T00:00:00Z', metadata('2026-08-01T10:00:00Z'))
  store(driver, SECOND, '2026-08-01T00:00:00Z', metadata('2026-08-01T10:00:01Z'))

  const { jsonText } = await run({ default: driver }, { detail: true })

  const names = JSON.parse(jsonText ?? '').map((backup: { backup_name: string }) => backup.backup_name)
  expect(names).toEqual([FIRST, SECOND])
})

test('an unset start time puts a detailed list in the order of sentinels and shows as a dash', async () => {
  const driver = new MemoryDriver()
  store(driver, FIRST, '2026-08-02T00:00:00Z', metadata('2026-08-01T10:00:00Z'))
  store(driver, SECOND, '2026-08-01T00:00:00Z', metadata('0001-01-01T00:00:00Z'))

  const { text } = await run({ default: driver }, { detail: true })

  const lines = text?.split('\n') ?? []
  expect(lines[1]).toMatch(new RegExp(`^${SECOND} .* default +- +2026-08-01T10:00:09Z <db>`))
  expect(lines[2]).toMatch(
    new RegExp(
      `^${FIRST} .* 2026-08-01T10:00:00Z 2026-08-01T10:00:09Z <db> +/pg +150003 +0/2000028 +1/100 +true$`,
    ),
  )
})

test('JSON keeps 64-bit numbers and user data, and escapes as Go does', async () => {
  const driver = new MemoryDriver()
  store(driver, FIRST, '2026-08-02T00:00:00.25Z', metadata('2026-08-01T10:00:00Z', ',"user_data":[1]'))

  const { jsonText } = await run({ default: driver }, { detail: true, json: true })

  expect(jsonText).toContain('"time":"2026-08-02T00:00:00.25Z"')
  expect(jsonText).toContain('"system_identifier":7711095216640504253')
  expect(jsonText).toContain('"hostname":"\\u003cdb\\u003e"')
  expect(jsonText).toContain('"user_data":[1]}]\n')
})

test('pretty JSON is indented by four spaces, a pretty table names weekdays', async () => {
  const driver = new MemoryDriver()
  store(driver, FIRST, '2026-08-01T02:00:18Z')

  const { text, jsonText } = await run({ default: driver }, { pretty: true })

  expect(jsonText).toMatch(/^\[\n {4}\{\n {8}"backup_name": "base_/)
  expect(text).toContain('| 0 | base_000000010000000000000002 | Saturday, 01-Aug-26 02:00:18 UTC |')
})

test('metadata that is missing fails a detailed list and no other', async () => {
  const driver = new MemoryDriver()
  store(driver, FIRST, '2026-08-02T00:00:00Z')

  await expect(run({ default: driver }, { detail: true })).rejects.toMatchObject({
    code: 'E_STORAGE_NOT_FOUND',
  })
  expect((await run({ default: driver })).text).toContain(FIRST)
})

test('failover storages are listed side by side, or alone when they are named', async () => {
  const drivers = { default: new MemoryDriver(), second: new MemoryDriver() }
  for (const driver of Object.values(drivers)) store(driver, FIRST, '2026-08-02T00:00:00Z')

  const all = await run(drivers)
  const one = await run(drivers, { 'target-storage': 'second' })

  expect(all.text?.match(/(default|second)$/gm)).toEqual(['default', 'second'])
  expect(one.text?.match(/(default|second)$/gm)).toEqual(['second'])
  await expect(run(drivers, { 'target-storage': 'third' })).rejects.toMatchObject({
    code: 'E_STORAGE_CONFIG',
  })
})
