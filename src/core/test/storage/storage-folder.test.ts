import type { ObjectInfo } from '@walg/sdk'
import { WalgError } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
import { openMemoryStorage } from './open-memory-storage.js'

const signal = new AbortController().signal

async function filled(keys: readonly string[], o: Parameters<typeof openMemoryStorage>[0] = {}) {
  const opened = openMemoryStorage(o)
  for (const key of keys) await opened.driver.put(key, [Buffer.from(key)], { signal })
  return opened
}

async function keysOf(list: AsyncIterable<ObjectInfo>): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of list) keys.push(key)
  return keys
}

test('a list goes through all pages', async () => {
  const keys = Array.from({ length: 25 }, (_, at) => `k/${String(at).padStart(2, '0')}`)
  const { storage } = await filled(keys, { capabilities: { deleteBatch: 4 } })

  expect(await keysOf(storage.list('k/', { signal }))).toEqual(keys)
})

test('a folder lists objects and folders by their names', async () => {
  const { storage } = await filled(['a/1', 'a/2', 'a/b/c', 'a/d/e/f', 'ab'], {
    capabilities: { deleteBatch: 1 },
  })

  const { objects, folders } = await storage.listFolder('a', { signal })

  expect([objects.map(({ key }) => key), folders]).toEqual([
    ['1', '2'],
    ['b', 'd'],
  ])
})

describe('a sub-folder', () => {
  test('sees its own keys only, relative to itself', async () => {
    const { storage } = await filled(['x/a', 'x/y/b', 'xy', 'z'])
    const sub = storage.sub('x')

    expect(await keysOf(sub.list('', { signal }))).toEqual(['a', 'y/b'])
    expect((await sub.stat('y/b', { signal })).key).toBe('y/b')
    expect(await keysOf(sub.sub('y').list('', { signal }))).toEqual(['b'])
  })

  test('writes and deletes below itself', async () => {
    const { driver, storage } = await filled(['a'])
    const sub = storage.sub('/x//')

    expect((await sub.write('a', [Buffer.from('1')], { signal })).key).toBe('a')
    await sub.deleteMany(['a'], { signal })

    expect(driver.keys).toEqual(['a'])
  })
})

describe.each(['', '/a', 'a/', 'a//b', '.', '..', 'a/../b', 'a/./b', 'a\0b'])('%j', (key) => {
  test('is no key', async () => {
    const { storage } = await filled([])

    for (const use of [
      () => storage.read(key, { signal }),
      () => storage.write(key, [], { signal }),
      () => storage.stat(key, { signal }),
      () => storage.deleteMany([key], { signal }),
    ]) {
      await expect(use()).rejects.toMatchObject({ code: 'E_STORAGE_KEY' })
    }
  })
})

test('what is absent does not exist; other errors are no answer', async () => {
  const down = new WalgError('E_STORAGE_PERMISSION', 'unable to look: refused')
  const { storage } = openMemoryStorage({
    faults: [{ call: 'head', key: /^secret/, fault: { kind: 'error', error: down } }],
  })

  expect(await storage.exists('absent', { signal })).toBe(false)
  await expect(storage.exists('secret', { signal })).rejects.toBe(down)
})

test('deletes go in batches, and all of them are tried when one fails', async () => {
  const refused = new WalgError('E_STORAGE_PERMISSION', 'unable to delete 1: refused')
  const { driver, storage } = await filled(['0', '1', '2', '3'], { capabilities: { deleteBatch: 2 } })
  const good = driver.delete.bind(driver)
  const batches: number[] = []
  driver.delete = async (keys, o) => {
    batches.push(keys.length)
    const outcomes = await good(
      keys.filter((key) => key !== '1'),
      o,
    )
    return keys.includes('1') ? [...outcomes, { key: '1', deleted: false, error: refused }] : outcomes
  }

  await expect(storage.deleteMany(['0', '1', '2', '3'], { signal })).rejects.toBe(refused)

  expect([batches, driver.keys]).toEqual([[2, 2], ['1']])
})

test('a copy without help of the driver is read and written', async () => {
  const { storage } = await filled(['from'])

  await storage.copy('from', 'folder/to', { signal })

  expect(Buffer.from(await storage.readAll('folder/to', { signal })).toString()).toBe('from')
})
