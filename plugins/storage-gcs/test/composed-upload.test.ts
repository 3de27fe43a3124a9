import { Secret } from '@walg/sdk'
import { randomBytes } from '@walg/testkit'
import { expect, test } from 'vitest'
import { JsonApi } from './json-api.js'
import { openDriver } from './open-driver.js'

const { signal } = new AbortController()

async function begin() {
  const api = await new JsonApi().start()
  const driver = await openDriver(api.url)
  const upload = await driver.multipart!.begin('x', { signal })
  const send = (number: number, bytes: Uint8Array) =>
    driver.multipart!.uploadPart(upload, number, [bytes], { signal })
  return { api, driver, upload, send, multipart: driver.multipart! }
}

test('parts of any number are composed, 32 at a time, and nothing else stays', async () => {
  const { api, upload, send, multipart } = await begin()
  const bytes = Array.from({ length: 1100 }, (_, at) => randomBytes(10, at + 1))
  const parts = []
  for (const [at, part] of bytes.entries()) parts.push(await send(at + 1, part))

  const info = await multipart.complete(upload, parts, { signal })

  expect(info).toMatchObject({ key: 'x', size: 11_000 })
  expect(api.names()).toEqual(['root/x'])
  expect(api.objects.get('root/x')?.bytes.equals(Buffer.concat(bytes))).toBe(true)
  const composes = api.calls.filter(({ path }) => path.endsWith('/compose'))
  expect(composes).toHaveLength(35 + 2 + 1)
})

test('a part that was replaced by somebody is noticed', async () => {
  const { api, upload, send, multipart } = await begin()
  const part = await send(1, randomBytes(10))
  await send(1, randomBytes(10, 2))

  const completing = multipart.complete(upload, [part], { signal })

  await expect(completing).rejects.toMatchObject({ code: 'E_STORAGE_PRECONDITION' })
  expect(api.objects.has('root/x')).toBe(false)
})

test.each([[{ ifAbsent: true }], [{ ifMatch: '1001' }]])(
  'an object whose last answer was lost is known again, with %j',
  async (condition) => {
    const { api, driver, upload, send, multipart } = await begin()
    if ('ifMatch' in condition) await driver.put('x', [randomBytes(1)], { signal })
    const part = await send(1, randomBytes(10))
    api.meddleAfter = ({ path }, answer) => {
      if (!path.endsWith('/compose')) return undefined
      api.meddleAfter = () => undefined
      answer.destroy()
      return true
    }

    const lost = multipart.complete(upload, [part], { signal, ...condition })
    await expect(lost).rejects.toMatchObject({ retryable: true })
    const again = await multipart.complete(upload, [part], { signal, ...condition })

    expect(again).toMatchObject({ key: 'x', size: 10 })
    expect(api.names()).toEqual(['root/x'])
  },
)

test('the object of another upload is not taken for the own', async () => {
  const { api, driver, upload, send, multipart } = await begin()
  const part = await send(1, randomBytes(10))
  const other = await driver.multipart!.begin('x', { signal })
  const theirs = await multipart.uploadPart(other, 1, [randomBytes(20)], { signal })
  await multipart.complete(other, [theirs], { signal })

  const completing = multipart.complete(upload, [part], { signal, ifAbsent: true })

  await expect(completing).rejects.toMatchObject({ code: 'E_STORAGE_EXISTS' })
  expect(api.objects.get('root/x')?.bytes).toHaveLength(20)
})

test('parts that cannot be deleted are told, and do no harm to the object', async () => {
  const api = await new JsonApi().start()
  const warnings: string[] = []
  const log = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} }
  const driver = await openDriver(api.url, { log })
  const upload = await driver.multipart!.begin('x', { signal })
  const part = await driver.multipart!.uploadPart(upload, 1, [randomBytes(10)], { signal })
  api.meddle = ({ method }, answer) => {
    if (method !== 'DELETE') return undefined
    answer.writeHead(403).end('retained')
    return true
  }

  await driver.multipart!.complete(upload, [part], { signal })

  expect(warnings).toEqual([
    expect.stringContaining(`unable to delete the parts of an upload in root/.walg-uploads/${upload.id}/`),
  ])
  expect((await driver.list('', { signal })).objects.map(({ key }) => key)).toEqual(['x'])
})

test('an object that is not as long as its parts is taken back', async () => {
  const { api, upload, send, multipart } = await begin()
  const part = await send(1, randomBytes(10))

  const completing = multipart.complete(upload, [{ ...part, size: 11 }], { signal })

  await expect(completing).rejects.toThrow('the service has made 10 bytes of parts of 11 bytes')
  expect(api.objects.has('root/x')).toBe(false)
})

test('the key of the user comes with every call that touches contents', async () => {
  const api = await new JsonApi().start()
  const key = Buffer.alloc(32, 7)
  const driver = await openDriver(api.url, { encryptionKey: new Secret(key.toString('base64')) })
  const upload = await driver.multipart!.begin('x', { signal })
  const part = await driver.multipart!.uploadPart(upload, 1, [randomBytes(10)], { signal })

  await driver.multipart!.complete(upload, [part], { signal })
  await driver.put('y', [randomBytes(10)], { signal })
  await driver.head('y', { signal })
  const { body } = await driver.get('y', { signal })
  for await (const _chunk of body);
  await driver.copy('y', 'z', { signal })

  const touching = api.calls.filter(({ method, path }) => method !== 'DELETE' && !path.endsWith('/o'))
  const uploads = api.calls.filter(({ path }) => path.startsWith('/upload/'))
  for (const { headers } of [...touching, ...uploads]) {
    expect(headers).toMatchObject({
      'x-goog-encryption-algorithm': 'AES256',
      'x-goog-encryption-key': key.toString('base64'),
    })
  }
  const copy = api.calls.find(({ path }) => path.includes('/rewriteTo/'))
  expect(copy?.headers).toMatchObject({ 'x-goog-copy-source-encryption-key': key.toString('base64') })
})
