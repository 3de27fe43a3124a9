import { openStorage, systemClock } from '@walg/core'
import type { Log } from '@walg/sdk'
import { pluginContext, randomBytes, streamOf } from '@walg/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import storage from '../../plugins/storage-swift/src/storage.js'
import { describeWith } from '../support/describe-with.js'
import { lacksService } from '../support/services.js'
import { type SwiftServer, startSwift } from '../support/swift.js'

const { signal } = new AbortController()
const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const MIB = 1024 * 1024
const content = randomBytes(5 * MIB + 7)

describeWith('large objects of Swift', lacksService('swift'), () => {
  let server: SwiftServer

  beforeAll(async () => {
    server = await startSwift('own')
  })
  afterAll(async () => {
    await server?.stop()
  })

  /** A storage on a new container, another on the container of its segments, and requests as any client makes them. */
  async function open() {
    const container = await server.container()
    const openOn = async (prefix: string) => {
      const settings = { ...server.settings, WALG_SWIFT_PREFIX: prefix, SWIFT_SEGMENT_SIZE: '1MiB' }
      const driver = await storage.open(pluginContext(settings))
      return openStorage(driver, { name: 'default', clock: systemClock, log })
    }
    const request = async (method: string, path: string, init: RequestInit = {}) =>
      await server.request(method, `/${container}${path}`, init)
    const segments = async () => {
      const answer = await server.request('GET', `/${container}_segments`)
      return answer.status === 404 ? [] : (await answer.text()).split('\n').filter((name) => name !== '')
    }
    return { storage: await openOn(`swift://${container}/main`), request, segments, container }
  }

  test('an object of several segments is one object for others, with its size in lists', async () => {
    const { storage, request, segments } = await open()

    await storage.write('folder/large', streamOf(content), { signal })

    const read = Buffer.from(await (await request('GET', '/main/folder/large')).arrayBuffer())
    expect(read.equals(content)).toBe(true)
    const listed = []
    for await (const { key, size } of storage.list('', { signal })) listed.push([key, size])
    expect(listed).toEqual([['folder/large', content.length]])
    expect(await segments()).toHaveLength(6)
  })

  test('what is deleted or replaced leaves no segments', async () => {
    const { storage, segments } = await open()
    await storage.write('one', streamOf(content), { signal })
    await storage.write('two', streamOf(content), { signal })
    await storage.write('small', [Buffer.from('x')], { signal })

    await storage.write('one', streamOf(content.subarray(0, 3 * MIB)), { signal })
    expect(await segments()).toHaveLength(3 + 6)
    await storage.deleteMany(['one', 'two', 'small', 'absent'], { signal })

    expect(await segments()).toEqual([])
    expect(await storage.exists('one', { signal })).toBe(false)
  })

  test('an upload whose source fails leaves no segments', async () => {
    const { storage, segments } = await open()
    const failing = async function* () {
      yield content
      throw new Error('the source broke')
    }

    await expect(storage.write('broken', failing(), { signal })).rejects.toThrow('the source broke')

    expect(await segments()).toEqual([])
  })

  test('a dynamic large object of another client is read, and listed with its size', async () => {
    const { storage, request, container } = await open()
    for (const at of [0, 1, 2]) {
      const body = content.slice(at * MIB, (at + 1) * MIB)
      await request('PUT', `/parts/${at}`, { body })
    }
    const manifest = { 'x-object-manifest': `${container}/parts/` }
    await request('PUT', '/main/dynamic', { headers: manifest, body: '' })

    const read = Buffer.from(await storage.readAll('dynamic', { signal }))

    expect(read.equals(content.subarray(0, 3 * MIB))).toBe(true)
    for await (const { size } of storage.list('', { signal })) expect(size).toBe(3 * MIB)
  })

  test('a range of a large object is read across its segments', async () => {
    const { storage } = await open()
    await storage.write('large', streamOf(content), { signal })

    const read = await storage.readAll('large', { signal, range: { offset: MIB - 5, length: 2 * MIB } })

    expect(Buffer.from(read).equals(content.subarray(MIB - 5, 3 * MIB - 5))).toBe(true)
  })

  test('a large object that must be new does not replace another', async () => {
    const { storage, segments } = await open()
    await storage.write('taken', [Buffer.from('x')], { signal })

    const writing = storage.write('taken', streamOf(content), { signal, ifAbsent: true })

    await expect(writing).rejects.toMatchObject({ code: 'E_STORAGE_EXISTS' })
    expect(Buffer.from(await storage.readAll('taken', { signal })).toString()).toBe('x')
    expect(await segments()).toEqual([])
  })
})
