import { collect, crypterKit, pluginContext, streamOf } from '@walg/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { YandexService } from '../../../src/kms/test/yandex-service.js'
import plugin from '../src/yandex-kms.js'

const o = { signal: new AbortController().signal, concurrency: 1 }
const PLAIN = Buffer.from('some text')

async function open({ url }: YandexService, own: Readonly<Record<string, string>> = {}) {
  const addresses = { YC_KMS_ENDPOINT: url, YC_IAM_ENDPOINT: url, YC_METADATA_ENDPOINT: url }
  return await plugin.open(pluginContext({ ...addresses, YC_CSE_KMS_KEY_ID: 'one', ...own }))
}

describe('crypter kit', () => {
  let service: YandexService
  beforeAll(async () => {
    service = await YandexService.start()
  })
  afterAll(async () => await service[Symbol.asyncDispose]())

  for (const check of crypterKit) {
    // Whether an object is empty, or was cut behind its data key, the format does not tell.
    const isTold = !/^input that is cut/.test(check.name)
    test.runIf(isTold)(
      check.name,
      async ({ signal }) => {
        const [crypter, otherKey] = [await open(service), await open(service, { YC_CSE_KMS_KEY_ID: 'other' })]
        await check.run({ crypter, otherKey, signal })
      },
      60_000,
    )
  }
})

test('the frame of an object', async () => {
  await using service = await YandexService.start()

  const stored = Buffer.from(await collect((await open(service)).encrypt(streamOf(PLAIN), o)))

  expect(stored.subarray(0, 6).toString('latin1')).toBe('yckms\x01')
  expect(stored.readUInt32LE(6)).toBe(36)
  expect(stored.subarray(10, 14).toString()).toBe('one:')
  expect(stored.length).toBe(10 + 36 + 32 + PLAIN.length)
  expect(service.kmsCalls.map(({ path }) => path)).toEqual(['/kms/v1/keys/one:generateDataKey'])
})

test('objects of a previous key are read, with one call more', async () => {
  await using service = await YandexService.start()
  const stored = await collect((await open(service)).encrypt(streamOf(PLAIN), o))
  const rotated = await open(service, { YC_CSE_KMS_KEY_ID: 'two', YC_CSE_KMS_KEY_ID_PREVIOUS: 'zero, one' })

  expect(Buffer.from(await collect(rotated.decrypt(streamOf(stored), o))).equals(PLAIN)).toBe(true)
  expect(service.kmsCalls.slice(1).map(({ path }) => path)).toEqual([
    '/kms/v1/keys/two:decrypt',
    '/kms/v1/keys/zero:decrypt',
    '/kms/v1/keys/one:decrypt',
  ])
})

test('an object of no key of these is E_CRYPT_KEY', async () => {
  await using service = await YandexService.start()
  const stored = await collect((await open(service)).encrypt(streamOf(PLAIN), o))

  const reading = collect((await open(service, { YC_CSE_KMS_KEY_ID: 'two' })).decrypt(streamOf(stored), o))

  await expect(reading).rejects.toMatchObject({ code: 'E_CRYPT_KEY' })
})

test.each([
  [
    'a data key without end',
    Buffer.concat([Buffer.from('yckms\x01', 'latin1'), Buffer.from('ffffffff', 'hex')]),
    'E_CRYPT_CORRUPT',
  ],
  [
    'a cut data key',
    Buffer.concat([Buffer.from('yckms\x01', 'latin1'), Buffer.from('2400000001', 'hex')]),
    'E_CRYPT_TRUNCATED',
  ],
  ['half a frame', Buffer.from('yck'), 'E_CRYPT_TRUNCATED'],
  ['nothing', Buffer.alloc(0), 'E_CRYPT_TRUNCATED'],
  ['another version', Buffer.from('yckms\x02aaaaaaaaaaa', 'latin1'), 'E_CRYPT_CORRUPT'],
])('%s is refused without asking the KMS', async (_, stored, code) => {
  await using service = await YandexService.start()

  await expect(collect((await open(service)).decrypt(streamOf(stored), o))).rejects.toMatchObject({ code })
  expect(service.asked).toEqual([])
})
