import { parseCommandLine, sharedOperations, storageTools } from '@walg/core'
import { type Log, type StorageDriver, WalgError } from '@walg/sdk'
import { FaultPlan, MemoryDriver, operationContext, withFaults } from '@walg/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { duck } from './duck-engine.js'

const signal = new AbortController().signal

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-31T00:00:00Z') }))
afterEach(() => void vi.useRealTimers())

/** Backups a and b are full, c builds on b; each is begun when the one before is done, on the days from March 1 on. */
async function repository(sentinels: Readonly<Record<string, object | string>> = {}): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  const put = async (key: string, time: string, content: string) => {
    vi.setSystemTime(new Date(time))
    await driver.put(key, [Buffer.from(content)], { signal })
  }
  const backups = { a: {}, b: {}, c: { parent: 'b' }, ...sentinels }
  for (const [index, [name, sentinel]] of Object.entries(backups).entries()) {
    const day = `2026-03-0${index + 1}`
    const position = `0000000${index + 1}`
    const known = { start: `${day}T00:00:00Z`, log: [position, position], ...(sentinel as object) }
    await put(`basebackups_005/${name}/part`, `${day}T01:00:00Z`, '')
    const document = typeof sentinel === 'string' ? sentinel : JSON.stringify(known)
    await put(`basebackups_005/${name}_backup_stop_sentinel.json`, `${day}T02:00:00Z`, document)
    await put(`quack_005/${position}.log`, `${day}T02:00:00Z`, '')
  }
  await put('notes.txt', '2026-01-01T00:00:00Z', '')
  vi.setSystemTime(new Date('2026-03-31T00:00:00Z'))
  return driver
}

/** Runs a command line such as `delete before b`, and gives the lines that it logs. */
async function run(driver: StorageDriver, line: string, ...words: readonly string[]) {
  const lines: string[] = []
  const note = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  const log: Log = { debug() {}, info: note('INFO'), warn: note('WARNING'), error: note('ERROR') }
  const operation = sharedOperations(duck)[line]!
  const { input } = parseCommandLine(operation, words)
  const result = await operation.run({ ...operationContext({}, { driver }), log }, input)
  return { ...result, lines }
}

test('every command is there under its id', () => {
  expect(Object.keys(sharedOperations(duck))).toEqual([
    'backup-list',
    'delete before',
    'delete retain',
    'delete everything',
    'delete target',
    ...storageTools.map(({ id }) => id),
    'crypt check',
  ])
})

test('a dry run says in the words of WAL-G what would go, in that order, and deletes nothing', async () => {
  const driver = await repository()
  const keys = driver.keys

  const { lines, exitCode, text, json } = await run(driver, 'delete before', 'b')

  expect(lines).toEqual([
    'INFO: Backup goes: a, it is older than b',
    'INFO: Backup is kept: b, it is the oldest to be kept',
    'INFO: Backup is kept: c, it is newer than b',
    'INFO: Object is kept: notes.txt storage=default, unknown: nothing that walg or WAL-G gives such a name',
    'INFO: Object marked for deletion: basebackups_005/a_backup_stop_sentinel.json storage=default',
    'INFO: Object marked for deletion: basebackups_005/a/part storage=default',
    'INFO: Object marked for deletion: quack_005/00000001.log storage=default',
    'INFO: Dry run: objects would be deleted count=3, Run with --confirm to execute',
  ])
  expect([exitCode, text, json]).toEqual([0, undefined, undefined])
  expect(driver.keys).toEqual(keys)
})

test('with --confirm what the dry run showed is deleted, and nothing else', async () => {
  const driver = await repository()
  const before = driver.keys

  const { lines } = await run(driver, 'delete before', 'b', '--confirm')

  expect(lines.at(-1)).toBe('INFO: Objects deleted successfully: count=3')
  expect(before.filter((key) => !driver.keys.includes(key))).toEqual([
    'basebackups_005/a/part',
    'basebackups_005/a_backup_stop_sentinel.json',
    'quack_005/00000001.log',
  ])
})

test('the JSON holds every backup and object with action and reason', async () => {
  const { json } = await run(await repository(), 'delete retain', 'FIND_FULL', '1', '--json')

  expect(json).toMatchObject({
    dry_run: true,
    backups: [
      { backup_name: 'a', action: 'delete', reason: 'it is older than b' },
      { backup_name: 'b', action: 'keep', reason: 'it is the oldest to be kept' },
      { backup_name: 'c', action: 'keep', reason: 'it is newer than b' },
    ],
    objects: expect.arrayContaining([
      expect.objectContaining({
        key: 'basebackups_005/a/part',
        storage_name: 'default',
        size: 0,
        action: 'delete',
      }),
      expect.objectContaining({ key: 'quack_005/00000002.log', action: 'keep' }),
      expect.objectContaining({
        key: 'notes.txt',
        action: 'keep',
        reason: expect.stringMatching(/^unknown/),
      }),
    ]),
  })
})

test('when nothing is to go, that is said', async () => {
  expect((await run(await repository(), 'delete retain', 'FULL', '5', '--confirm')).lines.at(-1)).toBe(
    'INFO: No objects matched the deletion criteria.',
  )
  expect((await run(new MemoryDriver(), 'delete everything', '--confirm')).lines).toEqual([
    'INFO: No objects matched the deletion criteria.',
  ])
})

test('target takes the newest for LATEST, and what builds on a backup with it', async () => {
  const latest = await run(await repository(), 'delete target', 'LATEST')
  const chain = await run(await repository(), 'delete target', 'FIND_FULL', 'c')

  expect(latest.lines.at(-1)).toMatch(/count=2,/)
  expect(chain.lines.at(-1)).toMatch(/count=4,/)
})

test('everything leaves what is unknown, and by force what is permanent', async () => {
  const driver = await repository({ d: { permanent: true } })

  await expect(run(driver, 'delete everything', '--confirm')).rejects.toMatchObject({
    code: 'E_DELETE_REFUSED',
    message:
      'unable to delete backups: d is permanent; give FORCE to delete everything but these and what they need',
  })
  await run(driver, 'delete everything', 'FORCE', '--confirm')

  expect(driver.keys).toEqual([
    'basebackups_005/d/part',
    'basebackups_005/d_backup_stop_sentinel.json',
    'notes.txt',
    'quack_005/00000004.log',
  ])
})

test('a backup that cannot be read is named, kept with what it may need, and makes the exit code 11', async () => {
  const driver = await repository({ d: '{', e: {} })
  const keys = driver.keys

  const { lines, exitCode } = await run(driver, 'delete before', 'e', '--confirm')

  expect(exitCode).toBe(11)
  expect(lines).toContainEqual(
    expect.stringMatching(/^WARNING: d cannot be read and is kept, .* it is no JSON/),
  )
  expect(driver.keys).toEqual(keys)
})

test.each([
  ['delete before', [], /accepts between 1 and 2 arg\(s\), received 0/],
  ['delete before', ['FIND_FULL'], /the last argument is missing/],
  ['delete before', [''], /the last argument is missing/],
  ['delete before', ['FULL', 'b'], /expected one of \[FIND_FULL\] as first argument, but got 'FULL'/],
  ['delete before', ['find_full', 'b'], /expected one of/],
  ['delete before', ['2999-01-01T00:00:00Z'], /is in the future/],
  [
    'delete before',
    ['2026-03-02T00:00:00'],
    /'2026-03-02T00:00:00' is no time: give it whole and with its zone/,
  ],
  ['delete retain', ['0'], /cannot retain less than one backup/],
  ['delete retain', ['some'], /expected a number of backups to retain, but got 'some'/],
  ['delete retain', ['HALF', '2'], /expected one of \[FULL FIND_FULL\]/],
  ['delete retain', ['1', '--after', '2026-03-02'], /is no time/],
  ['delete everything', ['force'], /expected one of \[FORCE\]/],
  ['delete target', ['FIND_FULL', ''], /the last argument is empty/],
])('%s %j is an error of usage', async (line, words, message) => {
  const driver = await repository()

  await expect(run(driver, line, ...words)).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringMatching(message),
  })
})

test.each([
  ['delete before', 'x', 'E_BACKUP_NOT_FOUND'],
  ['delete target', 'x', 'E_BACKUP_NOT_FOUND'],
  ['delete before', 'dup', 'E_BACKUP_AMBIGUOUS'],
  ['delete before', 'c', 'E_DELETE_REFUSED'],
])('%s %s is refused with %s', async (line, name, code) => {
  const driver = await repository({ dup1: {}, dup2: {} })

  await expect(run(driver, line, name, '--confirm')).rejects.toMatchObject({ code })
})

test('the beginning of a name will do for a boundary, but not for a target', async () => {
  const driver = await repository({ longer: {} })

  expect((await run(driver, 'delete before', 'long')).lines.at(-1)).toMatch(/count=9,/)
  await expect(run(driver, 'delete target', 'long')).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
})

test('an error says what is left, nothing after it is deleted, and the same command does the rest', async () => {
  const driver = await repository()
  const error = new WalgError('E_STORAGE_PERMISSION', 'unable to delete it: not allowed')
  const failing = withFaults(
    driver,
    new FaultPlan([{ call: 'delete', after: 1, fault: { kind: 'error', error } }]),
  )

  await expect(run(failing, 'delete before', 'b', '--confirm')).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
    message:
      'unable to delete all 3 objects: unable to delete it: not allowed; 2 may be left, from basebackups_005/a/part on; run the same command again',
  })
  expect(driver.keys).toContain('quack_005/00000001.log')
  expect(driver.keys).not.toContain('basebackups_005/a_backup_stop_sentinel.json')

  await run(failing, 'delete before', 'b', '--confirm')
  expect(driver.keys.filter((key) => key.includes('/a'))).toEqual([])
})

test('retain takes the rules of a policy, and shows what they would keep', async () => {
  const driver = await repository()
  const { text, json } = await run(driver, 'delete retain', '--keep-full', '1', '--simulate', '1', '--json')

  expect(text).toMatch(/^2026-03-31 {2}keeps 2 \(1 full\), any time since 2026-03-02T00:00:00Z; goes: a\n/)
  expect(json).toMatchObject([
    { date: '2026-03-31', kept: ['b', 'c'], deleted: ['a'] },
    { date: '2026-04-01' },
  ])

  await run(driver, 'delete retain', '--keep-full', '1', '--confirm')
  expect(driver.keys.filter((key) => key.includes('/a'))).toEqual([])
})
