import { sharedOperations } from '@walg/core'
import { defineEngine, type OperationInput, type StorageDriver, WalgError } from '@walg/sdk'
import { FaultPlan, MemoryDriver, operationContext, withFaults } from '@walg/testkit'
import { expect, test, vi } from 'vitest'
import { duck } from './duck-engine.js'

const signal = new AbortController().signal

async function repository(objects: Readonly<Record<string, string>>): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T00:00:00Z') })
  for (const [key, content] of Object.entries(objects)) {
    await driver.put(`basebackups_005/${key}`, [Buffer.from(content)], { signal })
    vi.setSystemTime(Date.now() + 3_600_000)
  }
  vi.useRealTimers()
  return driver
}

async function list(driver: StorageDriver, flags: OperationInput['flags'] = {}) {
  return await sharedOperations(duck)['backup-list']!.run(operationContext({}, { driver }), {
    args: {},
    flags,
  })
}

test('an engine without rules for its backups gets the tools for objects only', () => {
  const operations = sharedOperations(defineEngine({ id: 'mute', settings: {}, operations: {} }))

  expect(Object.keys(operations).filter((id) => !id.startsWith('st '))).toEqual(['crypt check'])
  expect(operations).toHaveProperty(['st ls'])
})

test('an empty repository is an empty list', async () => {
  expect(await list(new MemoryDriver())).toEqual({ text: '', jsonText: '[]\n', exitCode: 0 })
})

test('backups come in the columns of WAL-G, oldest sentinel first, whatever their names', async () => {
  const driver = await repository({
    'b_backup_stop_sentinel.json': '{}',
    'a_backup_stop_sentinel.json': '{"start":"2020-01-01T00:00:00Z"}',
    'c/part': '',
  })

  const { text, exitCode } = await list(driver)

  expect(text).toBe(
    'backup_name modified             wal_file_name            storage_name\n' +
      'b           2026-03-01T00:00:00Z ZZZZZZZZZZZZZZZZZZZZZZZZ default\n' +
      'a           2026-03-01T01:00:00Z ZZZZZZZZZZZZZZZZZZZZZZZZ default\n',
  )
  expect(exitCode).toBe(0)
})

test('a detailed list comes in the order of start times, with the columns that the engine adds', async () => {
  const driver = await repository({
    'b_backup_stop_sentinel.json': '{"parent":"a","log":["00000003","00000004"],"pond":"north"}',
    'b/size.json': '{"bytes":5}',
    'a_backup_stop_sentinel.json': '{"start":"2020-01-01T00:00:00Z","permanent":true}',
  })

  const { text, jsonText } = await list(driver, { detail: true })

  expect(text?.split('\n').map((line) => line.split(/ +/).slice(4).join(' '))).toEqual([
    'start_time finish_time parent log_start log_end uncompressed_size compressed_size is_permanent pond',
    '2020-01-01T00:00:00Z - - - - - - true -',
    '- - a 00000003 00000004 - 5 false north',
    '',
  ])
  expect(JSON.parse(jsonText!)).toEqual([
    {
      backup_name: 'a',
      time: '2026-03-01T02:00:00Z',
      wal_file_name: 'Z'.repeat(24),
      storage_name: 'default',
      start_time: '2020-01-01T00:00:00Z',
      is_permanent: true,
    },
    expect.objectContaining({ backup_name: 'b', parent: 'a', compressed_size: 5, pond: 'north' }),
  ])
})

test('pretty is a grid, and indented JSON', async () => {
  const driver = await repository({ 'a_backup_stop_sentinel.json': '{}' })

  const { text, jsonText } = await list(driver, { pretty: true })

  expect(text).toContain('| # | BACKUP NAME | MODIFIED')
  expect(text).toContain('| 0 | a           | Sunday, 01-Mar-26 00:00:00 UTC |')
  expect(jsonText).toMatch(/^\[\n {4}\{\n {8}"backup_name": "a",/)
})

test.each([
  ['a sentinel that is cut', { 'a_backup_stop_sentinel.json': '{"start":' }, /it is no JSON/],
  ['a sentinel that the engine refuses', { 'a_backup_stop_sentinel.json': 'null' }, /it is no duck/],
  ['a start that is no time', { 'a_backup_stop_sentinel.json': '{"start":"soon"}' }, /a time in it is none/],
  [
    'logs the wrong way round',
    { 'a_backup_stop_sentinel.json': '{"log":["2","1"]}' },
    /logs end at 1, before 2/,
  ],
  [
    'a document that is cut',
    { 'a_backup_stop_sentinel.json': '{}', 'a/size.json': '{' },
    /size\.json: it is no JSON/,
  ],
])('%s is listed with its problem, and the exit code says so', async (_what, objects, problem) => {
  const driver = await repository({ ...objects, 'b_backup_stop_sentinel.json': '{}' })

  const { text, jsonText, exitCode } = await list(driver)

  expect(exitCode).toBe(11)
  expect(text).toMatch(/^backup_name +modified +wal_file_name +storage_name problem\n/)
  expect(text).toMatch(/\nb .* -\n/)
  const [first, second] = JSON.parse(jsonText!)
  expect(first).toMatchObject({ backup_name: 'a', problem: expect.stringMatching(problem) })
  expect(second).not.toHaveProperty('problem')
})

test('a sentinel that may not be read is listed, one that does not come fails the list', async () => {
  const driver = await repository({ 'a_backup_stop_sentinel.json': '{}' })
  const failing = (code: string) => {
    const plan = new FaultPlan([
      { call: 'get', fault: { kind: 'error', error: new WalgError(code, 'unable to read it') } },
    ])
    return list(withFaults(driver, plan))
  }

  expect(await failing('E_STORAGE_PERMISSION')).toMatchObject({ exitCode: 11 })
  await expect(failing('E_STORAGE_UNAVAILABLE')).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' })
})
