import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { OperationInput } from '@walg/sdk'
import { MemoryDriver, type OperationTools, operationContext } from '@walg/testkit'
import engine from '../src/engine.js'

const home = mkdtempSync(join(tmpdir(), 'sample-id-'))
after(() => rmSync(home, { recursive: true }))

const DOCUMENTS = { 'one.json': '{"n":1}', 'deep/two.json': '"2"'.repeat(500_000), 'empty.json': '' }

const directory = join(home, 'database')
for (const [path, text] of Object.entries(DOCUMENTS)) {
  mkdirSync(join(directory, path, '..'), { recursive: true })
  writeFileSync(join(directory, path), text)
}

async function run(id: string, tools: OperationTools, input: Partial<OperationInput> = {}) {
  const operation = await engine.operations[id]?.()
  assert.ok(operation)
  const ctx = operationContext({ WALG_SAMPLE_ID_DIRECTORY: directory }, tools)
  return await operation.run(ctx, { args: {}, flags: {}, ...input })
}

function restore(driver: MemoryDriver, destination: string) {
  return run(
    'backup-fetch',
    { driver },
    {
      args: { destination_directory: destination, backup_name: 'LATEST' },
    },
  )
}

const fails = (call: Promise<unknown>, code: string) => assert.rejects(call, { code })

describe('engine', () => {
  test('a backup comes back byte for byte', async () => {
    const driver = new MemoryDriver()
    const destination = join(home, 'restored')

    await run('backup-push', { driver })
    await restore(driver, destination)

    for (const [path, text] of Object.entries(DOCUMENTS))
      assert.equal(readFileSync(join(destination, path), 'utf8'), text)
    assert.equal(readdirSync(destination, { recursive: true }).length, 4)
  })

  test('walg understands the sentinel', async () => {
    const driver = new MemoryDriver()
    await run('backup-push', { driver }, { flags: { permanent: true } })
    const sentinelKey = driver.keys.find((key) => key.endsWith('_sentinel.json')) ?? ''
    const ctx = operationContext({}, { driver })
    const bytes = await (await ctx.storage()).readAll(sentinelKey, { signal: ctx.signal })

    const info = engine.catalog?.describeBackup({
      name: 'any',
      modifiedAt: new Date(),
      sentinel: JSON.parse(Buffer.from(bytes).toString()),
      documents: {},
    })

    assert.equal(info?.isPermanent, true)
    assert.equal(info?.uncompressedBytes, Object.values(DOCUMENTS).join('').length)
    assert.throws(
      () =>
        engine.catalog?.describeBackup({ name: 'any', modifiedAt: new Date(), sentinel: {}, documents: {} }),
      { code: 'E_BACKUP_INVALID' },
    )
  })

  test('a backup that is aborted half way leaves nothing', async () => {
    const abort = new AbortController()
    const driver = new MemoryDriver()
    const put = driver.put.bind(driver)
    driver.put = async (key, body, o) => {
      const info = await put(key, body, o)
      abort.abort(new Error('enough'))
      return info
    }

    await assert.rejects(run('backup-push', { driver, signal: abort.signal }), /enough/)

    assert.deepEqual(driver.keys, [])
  })

  test('a document that was changed in the repository is not restored', async () => {
    const driver = new MemoryDriver()
    const destination = join(home, 'changed')
    await run('backup-push', { driver })
    const key = driver.keys.find((found) => found.endsWith('one.json')) ?? ''
    await driver.put(key, [Buffer.from('{"n":2}')], { signal: new AbortController().signal })

    await fails(restore(driver, destination), 'E_INTEGRITY_CHECKSUM')

    assert.ok(!readdirSync(destination).some((name) => name.startsWith('one.json')))
  })

  test('a folder that holds something is not restored to, and an empty repository has no backup', async () => {
    const driver = new MemoryDriver()
    await run('backup-push', { driver })

    await fails(restore(driver, directory), 'E_DESTINATION')
    await fails(restore(new MemoryDriver(), join(home, 'none')), 'E_BACKUP_NOT_FOUND')
  })
})
