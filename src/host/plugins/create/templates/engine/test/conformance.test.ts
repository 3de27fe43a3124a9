import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { OperationContext, OperationInput } from '@walg/sdk'
import { type BackupHooks, engineKit, MemoryDriver, operationContext } from '@walg/testkit'
import engine from '../src/engine.js'

const home = mkdtempSync(join(tmpdir(), 'sample-id-'))
after(() => rmSync(home, { recursive: true }))

const DOCUMENTS = { 'one.json': '{"n":1}', 'deep/two.json': '"2"'.repeat(500_000), 'empty.json': '' }

const directory = join(home, 'database')
for (const [path, text] of Object.entries(DOCUMENTS)) {
  mkdirSync(join(directory, path, '..'), { recursive: true })
  writeFileSync(join(directory, path), text)
}

const settings = { WALG_SAMPLE_ID_DIRECTORY: directory }

async function run(id: string, ctx: OperationContext, input: Partial<OperationInput> = {}) {
  const operation = await engine.operations[id]?.()
  assert.ok(operation)
  return await operation.run(ctx, { args: {}, flags: {}, ...input })
}

function restore(ctx: OperationContext, destination: string) {
  return run('backup-fetch', ctx, {
    args: { destination_directory: destination, backup_name: 'LATEST' },
  })
}

/** The kit backs this database up and restores it, with storages in which things go wrong. */
const backups: BackupHooks = {
  async open() {
    const destination = join(mkdtempSync(join(home, 'trial-')), 'restored')
    return {
      settings,
      push: (ctx) => run('backup-push', ctx),
      fetch: (ctx) => restore(ctx, destination),
      same() {
        for (const [path, text] of Object.entries(DOCUMENTS))
          assert.equal(readFileSync(join(destination, path), 'utf8'), text)
        // Three documents and a folder, and nothing else.
        assert.equal(readdirSync(destination, { recursive: true }).length, 4)
      },
    }
  },
}

describe('engine kit', () => {
  for (const check of engineKit) {
    test(check.name, async (t) => {
      const env = { engine, backups }
      if (check.needs?.(env) === false) t.skip('the engine does not have this')
      else await check.run(env)
    })
  }
})

describe('engine', () => {
  test('walg understands the sentinel', async () => {
    const ctx = operationContext(settings)
    await run('backup-push', ctx, { flags: { permanent: true } })
    const storage = await ctx.storage()
    const { objects } = await storage.listFolder('basebackups_005', { signal: ctx.signal })
    const bytes = await storage.readAll(`basebackups_005/${objects[0]?.key}`, { signal: ctx.signal })

    const info = engine.catalog?.describeBackup({
      name: 'any',
      modifiedAt: new Date(),
      sentinel: JSON.parse(Buffer.from(bytes).toString()),
      documents: {},
    })

    assert.equal(info?.isPermanent, true)
    assert.equal(info?.uncompressedBytes, Object.values(DOCUMENTS).join('').length)
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
    const ctx = operationContext(settings, { driver, signal: abort.signal })

    await assert.rejects(run('backup-push', ctx), /enough/)

    assert.deepEqual(driver.keys, [])
  })

  test('a document that was changed in the repository is not restored', async () => {
    const driver = new MemoryDriver()
    const ctx = operationContext(settings, { driver })
    const destination = join(home, 'changed')
    await run('backup-push', ctx)
    const key = driver.keys.find((found) => found.endsWith('one.json')) ?? ''
    await driver.put(key, [Buffer.from('{"n":2}')], { signal: ctx.signal })

    await assert.rejects(restore(ctx, destination), { code: 'E_INTEGRITY_CHECKSUM' })

    assert.ok(!readdirSync(destination).some((name) => name.startsWith('one.json')))
  })

  test('a folder that holds something is not restored to, and an empty repository has no backup', async () => {
    const ctx = operationContext(settings)
    await run('backup-push', ctx)

    await assert.rejects(restore(ctx, directory), { code: 'E_DESTINATION' })
    await assert.rejects(restore(operationContext(settings), join(home, 'none')), {
      code: 'E_BACKUP_NOT_FOUND',
    })
  })
})
