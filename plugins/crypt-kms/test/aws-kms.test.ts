import { collect, crypterKit, pluginContext, streamOf } from '@walg/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import plugin from '../src/aws-kms.js'
import { AwsKmsService } from './aws-service.js'

const o = { signal: new AbortController().signal, concurrency: 1 }
const PLAIN = Buffer.from('some text')

const open = async (service: AwsKmsService, own: Readonly<Record<string, string>> = {}) =>
  await plugin.open(pluginContext({ ...service.settings, ...own }))

describe('crypter kit', () => {
  let services: readonly AwsKmsService[]
  beforeAll(async () => {
    services = [await AwsKmsService.start(), await AwsKmsService.start()]
  })
  afterAll(async () => {
    for (const service of services) await service[Symbol.asyncDispose]()
  })

  for (const check of crypterKit) {
    // Whether an object is empty, or was cut behind its data key, WAL-G's format does not tell.
    const isTold = !/^input that is cut/.test(check.name)
    test.runIf(isTold)(
      check.name,
      async ({ signal }) => {
        const [crypter, otherKey] = await Promise.all(services.map((service) => open(service)))
        await check.run({ crypter: crypter!, otherKey: otherKey!, signal })
      },
      60_000,
    )
  }
})

describe('the KMS', () => {
  test('is asked once for an object that is written, and once for one that is read', async () => {
    await using service = await AwsKmsService.start()
    const crypter = await open(service)

    const stored = await collect(crypter.encrypt(streamOf(new Uint8Array(1_000_000)), o))
    await collect(crypter.decrypt(streamOf(stored), o))

    expect(service.operations).toEqual(['Encrypt', 'Decrypt'])
    expect(service.calls[0]?.body).toEqual({ KeyId: 'alias/test', Plaintext: expect.any(String) })
    expect(Object.keys(service.calls[1]?.body ?? {})).toEqual(['CiphertextBlob'])
  })

  test('an encrypted data key of another length is refused before anything is given out', async () => {
    await using service = await AwsKmsService.start()
    service.blobBytes = 96
    const crypter = await open(service)
    const chunks: Uint8Array[] = []

    const writing = async () => {
      for await (const chunk of crypter.encrypt(streamOf(PLAIN), o)) chunks.push(chunk)
    }

    await expect(writing()).rejects.toMatchObject({
      code: 'E_CRYPT_KMS_KEY',
      message: expect.stringMatching(/has 96 bytes, and objects of this format can only be read with 184/),
    })
    expect(chunks).toEqual([])
  })

  test.each([
    ['AccessDeniedException', 400, 'E_CRYPT_KMS_PERMISSION'],
    ['UnrecognizedClientException', 400, 'E_CRYPT_KMS_PERMISSION'],
    ['NotFoundException', 400, 'E_CRYPT_KMS_KEY'],
    ['DisabledException', 400, 'E_CRYPT_KMS_KEY'],
    ['ValidationException', 400, 'E_CRYPT_KMS_REFUSED'],
  ])('%s is %s %s, and not asked again', async (type, status, code) => {
    await using service = await AwsKmsService.start()
    service.refusals.push({ status, type, message: 'because' })
    const crypter = await open(service)

    const error = await collect(crypter.encrypt(streamOf(PLAIN), o)).then(
      () => undefined,
      (caught) => caught,
    )

    expect(error).toMatchObject({ code })
    expect(error.message).toBe(`unable to encrypt a data key with AWS KMS: ${type}: because`)
    expect(service.calls).toHaveLength(1)
  })

  test.each(['ThrottlingException', 'KMSInternalException'])('%s is asked again', async (type) => {
    await using service = await AwsKmsService.start()
    service.refusals.push({ status: type[0] === 'T' ? 400 : 500, type, message: 'later' })
    const crypter = await open(service)

    await collect(crypter.encrypt(streamOf(PLAIN), o))

    expect(service.calls).toHaveLength(2)
  })

  test('what it did not encrypt is E_CRYPT_KEY', async () => {
    await using service = await AwsKmsService.start()
    await using other = await AwsKmsService.start()
    const stored = await collect((await open(other)).encrypt(streamOf(PLAIN), o))

    await expect(collect((await open(service)).decrypt(streamOf(stored), o))).rejects.toMatchObject({
      code: 'E_CRYPT_KEY',
    })
  })

  test('an abort ends a call that waits, with its reason', async () => {
    await using service = await AwsKmsService.start()
    const crypter = await open(service)
    const abort = new AbortController()
    const reason = new Error('enough')
    for (let at = 0; at < 50; at++)
      service.refusals.push({ status: 500, type: 'KMSInternalException', message: '' })
    setTimeout(() => abort.abort(reason), 300)

    await expect(collect(crypter.encrypt(streamOf(PLAIN), { ...o, signal: abort.signal }))).rejects.toBe(
      reason,
    )
  })
})

describe('objects that were cut', () => {
  test.each([0, 1, 183])('within the data key, to %i bytes', async (length) => {
    await using service = await AwsKmsService.start()
    const crypter = await open(service)
    const stored = await collect(crypter.encrypt(streamOf(PLAIN), o))

    await expect(collect(crypter.decrypt(streamOf(stored.subarray(0, length)), o))).rejects.toMatchObject({
      code: 'E_CRYPT_TRUNCATED',
    })
    expect(service.operations).toEqual(['Encrypt'])
  })

  test('anywhere behind the data key', async () => {
    await using service = await AwsKmsService.start()
    const crypter = await open(service)
    const stored = await collect(crypter.encrypt(streamOf(PLAIN), o))

    for (let length = 185; length < stored.length; length++)
      await expect(collect(crypter.decrypt(streamOf(stored.subarray(0, length)), o))).rejects.toMatchObject({
        code: 'E_CRYPT_TRUNCATED',
      })
  })
})

test('without a key id the crypter does not open', async () => {
  await expect(plugin.open(pluginContext({}))).rejects.toMatchObject({ code: 'E_SETTING_MISSING' })
})
