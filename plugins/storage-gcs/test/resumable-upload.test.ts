import { collect, randomBytes, streamOf } from '@walg/testkit'
import { expect, test } from 'vitest'
import { JsonApi, type Meddle } from './json-api.js'
import { openDriver } from './open-driver.js'

const { signal } = new AbortController()
const PIECE = 256 * 1024
const BYTES = 5 * PIECE + 1000
const content = randomBytes(BYTES)

async function begin(over: { readonly attempts?: number } = {}) {
  const api = await new JsonApi().start()
  const driver = await openDriver(api.url, { isResumable: true, chunkBytes: PIECE, ...over })
  const isWhole = () => api.objects.get('root/x')?.bytes.equals(content)
  return { api, driver, isWhole }
}

const isPiece: (call: Parameters<Meddle>[0]) => boolean = ({ method, body }) =>
  method === 'PUT' && body.length > 0

/** Does something to the piece with this number, once. */
function toPiece(number: number, meddle: Meddle): Meddle {
  let seen = 0
  return (call, answer) => (isPiece(call) && ++seen === number ? meddle(call, answer) : undefined)
}

test.each([0, 1, PIECE, PIECE + 1, 2 * PIECE, BYTES])('%d bytes are stored whole', async (length) => {
  const { api, driver } = await begin()

  const info = await driver.putStream!('x', streamOf(content.subarray(0, length), 100_000), { signal })

  expect(info).toMatchObject({ key: 'x', size: length })
  expect(api.objects.get('root/x')?.bytes.equals(content.subarray(0, length))).toBe(true)
  expect(api.openSessions()).toBe(0)
})

test.each([1, 3, 6])('after a cut before piece %d arrives it is sent again', async (number) => {
  const { api, driver, isWhole } = await begin()
  api.meddle = toPiece(number, (_call, answer) => {
    answer.destroy()
    return true
  })

  await driver.putStream!('x', streamOf(content), { signal })

  expect(isWhole()).toBe(true)
})

test.each([1, 3, 6])(
  'after a cut behind piece %d, whose answer is lost, it is not sent again',
  async (number) => {
    const { api, driver, isWhole } = await begin()
    api.meddleAfter = toPiece(number, (_call, answer) => {
      answer.destroy()
      return true
    })

    await driver.putStream!('x', streamOf(content), { signal })

    expect(isWhole()).toBe(true)
    expect(api.calls.filter(isPiece)).toHaveLength(6)
  },
)

test('a piece of which the service has kept a part only goes on there', async () => {
  const { api, driver, isWhole } = await begin()
  api.meddleAfter = toPiece(2, (_call, answer) => {
    api.forget(1000)
    answer.writeHead(308, { range: `bytes=0-${2 * PIECE - 1001}` }).end()
    return true
  })

  await driver.putStream!('x', streamOf(content), { signal })

  expect(isWhole()).toBe(true)
  expect(api.calls.filter(isPiece)[2]?.body).toHaveLength(1000)
})

test('errors that pass are waited for, also when the service is asked what it has', async () => {
  const { api, driver, isWhole } = await begin()
  let left = 3
  api.meddle = ({ path }, answer) => {
    if (!path.startsWith('/session/') || left-- <= 0) return undefined
    answer.writeHead(503).end()
    return true
  }

  await driver.putStream!('x', streamOf(content), { signal })

  expect(isWhole()).toBe(true)
})

test.each([
  ['that has forgotten the session', 410, 'E_STORAGE_UNAVAILABLE'],
  ['that refuses', 403, 'E_STORAGE_PERMISSION'],
  ['that is down for good', 503, 'E_STORAGE_UNAVAILABLE'],
])('a service %s is an error, and nothing stays', async (_what, status, code) => {
  const { api, driver } = await begin({ attempts: 3 })
  api.meddle = (call, answer) => {
    if (call.method !== 'PUT' || call.headers['content-range']?.startsWith(`bytes 0-`)) return undefined
    answer.writeHead(status).end()
    return true
  }

  const storing = driver.putStream!('x', streamOf(content), { signal })

  await expect(storing).rejects.toMatchObject({ code })
  expect([api.names(), api.openSessions()]).toEqual([[], 0])
})

test('a service that takes nothing more is given up', async () => {
  const { api, driver } = await begin({ attempts: 3 })
  api.meddle = (call, answer) => {
    if (call.method !== 'PUT') return undefined
    answer.writeHead(308).end()
    return true
  }

  await expect(driver.putStream!('x', streamOf(content), { signal })).rejects.toThrow('takes no more of it')
})

test('an object that was damaged on its way is taken back', async () => {
  const { api, driver } = await begin()
  api.meddle = toPiece(3, ({ body }) => {
    body[10]! ^= 1
    return undefined
  })

  await expect(driver.putStream!('x', streamOf(content), { signal })).rejects.toThrow('damaged on its way')

  expect(api.names()).toEqual([])
})

test('conditions hold from the beginning', async () => {
  const { api, driver } = await begin()
  await driver.put('x', [randomBytes(3)], { signal })

  const storing = driver.putStream!('x', streamOf(content), { signal, ifAbsent: true })

  await expect(storing).rejects.toMatchObject({ code: 'E_STORAGE_EXISTS' })
  expect(api.objects.get('root/x')?.bytes).toHaveLength(3)
})

test('what was stored is read back', async () => {
  const { driver } = await begin()
  await driver.putStream!('x', streamOf(content), { signal })

  const { body } = await driver.get('x', { signal })

  expect(Buffer.from(await collect(body)).equals(content)).toBe(true)
})
