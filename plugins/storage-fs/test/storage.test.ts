import { writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Log, Settings } from '@walg/sdk'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import storage from '../src/storage.js'

const open = async (prefix: string | undefined) =>
  await storage.open({
    settings: { get: () => prefix } as unknown as Settings,
    log: {} as Log,
    signal: new AbortController().signal,
  })

test.each([
  ['a path', (folder: string) => folder],
  ['a path that ends with /', (folder: string) => `${folder}/`],
  ['file://localhost', (folder: string) => `file://localhost${folder}`],
])('%s opens', async (_form, prefixOf) => {
  const folder = temporaryFolder()
  const driver = await open(prefixOf(folder))

  await driver.put('x', [], { signal: new AbortController().signal })

  expect((await driver.list('', { signal: new AbortController().signal })).objects).toHaveLength(1)
})

test('a relative path opens', async () => {
  const folder = temporaryFolder()
  const before = process.cwd()
  process.chdir(dirname(folder))
  onTestFinished(() => process.chdir(before))

  await expect(open(basename(folder))).resolves.toBeDefined()
})

test.each([
  ['nothing', () => undefined, 'WALG_FILE_PREFIX is not set'],
  ['a folder that is not there', () => '/nowhere/at/all', 'no such folder'],
  ['a URL of another form', () => `file://${temporaryFolder()}`, 'no such folder'],
  [
    'a file',
    () => {
      const path = join(temporaryFolder(), 'file')
      writeFileSync(path, '')
      return path
    },
    'it is no folder',
  ],
])('%s is a wrong prefix', async (_what, prefixOf, why) => {
  await expect(open(prefixOf())).rejects.toMatchObject({
    code: 'E_STORAGE_CONFIG',
    message: expect.stringContaining(why),
  })
})
