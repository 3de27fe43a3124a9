import { WalgError } from '@walg/sdk'
import { beforeEach, describe, expect, test } from 'vitest'
import { backupMark } from '../../src/operations/backup-mark.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { testContext } from '../support/test-context.js'

const FULL = 'base_000000010000000000000002'
const DELTA = 'base_000000010000000000000005_D_000000010000000000000002'
const SECOND_DELTA = 'base_000000010000000000000008_D_000000010000000000000005'

let driver: MemoryDriver

beforeEach(() => {
  driver = new MemoryDriver()
  store(FULL)
  store(DELTA, FULL)
  store(SECOND_DELTA, DELTA)
})

function store(name: string, parent?: string, isPermanent = false, others = ''): void {
  const delta = parent ? `"DeltaLSN":1,"DeltaFrom":"${parent}","DeltaFullName":"${FULL}","DeltaCount":1` : ''
  driver.set(`basebackups_005/${name}_backup_stop_sentinel.json`, `{${delta}}`)
  driver.set(metadataKey(name), `{"is_permanent":${isPermanent},"hostname":"db1"${others}}`)
}

const metadataKey = (name: string) => `basebackups_005/${name}/metadata.json`

async function mark(name: string, impermanent = false) {
  const flags = impermanent ? { impermanent } : {}
  return await backupMark.run(testContext({ default: driver }), { args: { backup_name: name }, flags })
}

async function document(name: string): Promise<string> {
  const { body } = await driver.get(metadataKey(name))
  let text = ''
  for await (const chunk of body) text += Buffer.from(chunk).toString()
  return text
}

async function permanentOnes(): Promise<readonly string[]> {
  const names = [FULL, DELTA, SECOND_DELTA]
  const texts = await Promise.all(names.map(document))
  return names.filter((_, at) => texts[at]!.includes('"is_permanent":true'))
}

describe('a permanent mark', () => {
  test('is put on the whole chain below the backup, and on nothing above', async () => {
    const { json } = await mark(DELTA)

    expect(await permanentOnes()).toEqual([FULL, DELTA])
    expect(json).toEqual({ marked: [FULL, DELTA], is_permanent: true })
  })

  test('is on every ancestor of a marked backup wherever the run is interrupted, and a second run completes it', async () => {
    for (const writesBefore of [0, 1, 2]) {
      for (const [name, parent] of [[FULL], [DELTA, FULL], [SECOND_DELTA, DELTA]] as const)
        store(name, parent)
      const put = driver.put.bind(driver)
      let writes = 0
      driver.put = async (key, body) => {
        if (writes++ === writesBefore)
          throw new WalgError('E_STORAGE_UNAVAILABLE', 'unable to write: it broke')
        return await put(key, body)
      }
      await expect(mark(SECOND_DELTA)).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' })
      driver.put = put

      expect(await permanentOnes()).toEqual([FULL, DELTA, SECOND_DELTA].slice(0, writesBefore))
      await mark(SECOND_DELTA)
      expect(await permanentOnes()).toEqual([FULL, DELTA, SECOND_DELTA])
    }
  })

  test('is put on ancestors that a permanent delta was made without', async () => {
    store(DELTA, FULL, true)

    await mark(DELTA)

    expect(await permanentOnes()).toEqual([FULL, DELTA])
  })

  test('keeps 64-bit numbers and user data', async () => {
    store(FULL, undefined, false, ',"system_identifier":18446744073709551615,"user_data":{"b":1,"a":"<"}')

    await mark(FULL)

    expect(await document(FULL)).toMatch(
      /"system_identifier":18446744073709551615,.*"user_data":\{"a":"\\u003c","b":1\}\}$/,
    )
  })

  test('that the storage does not keep is an error', async () => {
    driver.put = async (key) => ({ key, size: 0, modifiedAt: new Date(0) })

    await expect(mark(FULL)).rejects.toMatchObject({ code: 'E_INTEGRITY_CHECKSUM' })
  })

  test('is refused for a chain that leads back to itself', async () => {
    store(DELTA, SECOND_DELTA)

    await expect(mark(DELTA)).rejects.toMatchObject({ code: 'E_BACKUP_INVALID' })
    expect(await permanentOnes()).toEqual([])
  })

  test.each(['LATEST', 'base_000000010000000000000009', ''])(
    'is refused for %j, which is no backup',
    async (name) => {
      await expect(mark(name)).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
    },
  )
})

describe('taking a permanent mark away', () => {
  test('concerns the named backup alone', async () => {
    await mark(SECOND_DELTA)

    await mark(SECOND_DELTA, true)

    expect(await permanentOnes()).toEqual([FULL, DELTA])
  })

  test('is refused while a permanent delta is based on the backup', async () => {
    await mark(DELTA)

    await expect(mark(FULL, true)).rejects.toMatchObject({
      code: 'E_MARK_REFUSED',
      message: expect.stringContaining(DELTA),
    })
    expect(await permanentOnes()).toEqual([FULL, DELTA])
  })

  test('is refused while any backup cannot be read, which might be such a delta', async () => {
    await mark(FULL)
    driver.set(metadataKey(SECOND_DELTA), '{')

    await expect(mark(FULL, true)).rejects.toMatchObject({ code: 'E_BACKUP_INVALID' })
  })
})
