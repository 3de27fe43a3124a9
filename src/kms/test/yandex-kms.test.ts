import { constants, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openYandexKms, type YandexKmsOptions } from '../src/index.js'
import { YandexService } from './yandex-service.js'

const folder = mkdtempSync(join(tmpdir(), 'walg-yandex-kms-'))
afterAll(() => rmSync(folder, { recursive: true }))
const never = new AbortController().signal
const RETRY = { forMs: 5_000, firstPauseMs: 1, longestPauseMs: 4 }
const PLAIN = Buffer.from('a key that must not be seen: 32b')

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyFile = join(folder, 'key.json')
writeFileSync(
  keyFile,
  JSON.stringify({
    id: 'key-id',
    service_account_id: 'account-id',
    private_key: `PLEASE DO NOT REMOVE THIS LINE!\n${keys.privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
  }),
)

function open(service: YandexService, own: YandexKmsOptions = {}) {
  const { url } = service
  return openYandexKms({ endpoint: url, iamEndpoint: url, metadataEndpoint: url, retry: RETRY, ...own })
}

describe('what is asked', () => {
  test('encrypting and decrypting, with the token of the instance', async () => {
    await using service = await YandexService.start()
    const kms = open(service)

    const sealed = await kms.encrypt('my-key', PLAIN, never)
    const opened = await kms.decrypt('my-key', sealed, never)

    expect(Buffer.from(opened).equals(PLAIN)).toBe(true)
    expect(service.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /computeMetadata/v1/instance/service-accounts/default/token',
      'POST /kms/v1/keys/my-key:encrypt',
      'POST /kms/v1/keys/my-key:decrypt',
    ])
    expect(service.asked[0]?.headers['metadata-flavor']).toBe('Google')
    expect(service.kmsCalls.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill('Bearer token-of-instance'),
    )
    kms.close()
  })

  test('a data key for AES-256', async () => {
    await using service = await YandexService.start()
    const kms = open(service)

    const { plaintext, ciphertext } = await kms.generateDataKey('my-key', never)

    expect(service.kmsCalls[0]?.body).toEqual({ dataKeySpec: 'AES_256' })
    expect(Buffer.from(await kms.decrypt('my-key', ciphertext, never)).equals(plaintext)).toBe(true)
    expect(plaintext.length).toBe(32)
    kms.close()
  })

  test('a token for a JWT that the key of the service account has signed', async () => {
    await using service = await YandexService.start()
    const kms = open(service, { serviceAccountKeyFile: keyFile, now: () => 1_700_000_000_000 })

    await kms.encrypt('my-key', PLAIN, never)

    const [asked, call] = service.asked
    expect(asked?.path).toBe('/iam/v1/tokens')
    const [head = '', claims = '', signature = ''] = String(asked?.body['jwt']).split('.')
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(head)).toEqual({ typ: 'JWT', alg: 'PS256', kid: 'key-id' })
    expect(read(claims)).toEqual({
      iss: 'account-id',
      aud: 'https://iam.api.cloud.yandex.net/iam/v1/tokens',
      iat: 1_700_000_000,
      exp: 1_700_003_600,
    })
    const key = { key: keys.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    const isSigned = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      key,
      Buffer.from(signature, 'base64url'),
    )
    expect(isSigned).toBe(true)
    expect(call?.headers.authorization).toBe('Bearer token-of-key')
    kms.close()
  })

  test('a new token when the last one is about to end', async () => {
    await using service = await YandexService.start()
    service.tokenLifetimeS = 200
    const kms = open(service)

    await kms.encrypt('my-key', PLAIN, never)
    await kms.encrypt('my-key', PLAIN, never)

    expect(service.asked.filter(({ path }) => path.startsWith('/computeMetadata/'))).toHaveLength(2)
    kms.close()
  })
})

describe('what an answer means', () => {
  test.each([
    [403, 'Permission denied', 'E_CRYPT_KMS_PERMISSION'],
    [401, 'The token has expired', 'E_CRYPT_KMS_PERMISSION'],
    [404, 'SymmetricKey not found', 'E_CRYPT_KMS_KEY'],
    [400, 'Illegal argument versionId', 'E_CRYPT_KMS_REFUSED'],
  ])('%i %s: %s, without asking again', async (status, message, code) => {
    await using service = await YandexService.start()
    const kms = open(service)
    await kms.encrypt('my-key', PLAIN, never)
    service.replies.push({ status, content: { code: 1, message } })

    const refused = kms.encrypt('my-key', PLAIN, never)

    await expect(refused).rejects.toMatchObject({
      code,
      retryable: false,
      message: expect.stringContaining(`unable to encrypt with the key my-key of Yandex KMS: ${message}`),
    })
    expect(service.kmsCalls).toHaveLength(2)
    kms.close()
  })

  test('what another key has encrypted is E_CRYPT_KEY', async () => {
    await using service = await YandexService.start()
    const kms = open(service)
    const sealed = await kms.encrypt('other-key', PLAIN, never)

    await expect(kms.decrypt('my-key', sealed, never)).rejects.toMatchObject({ code: 'E_CRYPT_KEY' })
    kms.close()
  })

  test.each([429, 500, 503])('%i is asked again', async (status) => {
    await using service = await YandexService.start()
    const kms = open(service)
    await kms.encrypt('my-key', PLAIN, never)
    service.replies.push({ status, content: {} }, { status, content: {} })

    await kms.encrypt('my-key', PLAIN, never)

    expect(service.kmsCalls).toHaveLength(4)
    kms.close()
  })

  test('what stays unavailable is an error in the end', async () => {
    const service = await YandexService.start()
    const kms = open(service, { retry: { ...RETRY, forMs: 30 } })
    await service[Symbol.asyncDispose]()

    await expect(kms.encrypt('my-key', PLAIN, never)).rejects.toMatchObject({
      code: 'E_CRYPT_KMS_UNAVAILABLE',
      message: expect.stringMatching(/connection refused \(127\.0\.0\.1:\d+\)$/),
    })
    kms.close()
  })

  test('an abort ends the pause between attempts, with its reason', async () => {
    await using service = await YandexService.start()
    const reason = new Error('enough')
    const abort = new AbortController()
    const kms = open(service, { retry: { forMs: 60_000, firstPauseMs: 30_000, longestPauseMs: 30_000 } })
    service.replies.push({ status: 503, content: {} })
    setTimeout(() => abort.abort(reason), 200)

    await expect(kms.encrypt('my-key', PLAIN, abort.signal)).rejects.toBe(reason)
    kms.close()
  })
})

describe('a key file of a service account that cannot be used', () => {
  test.each([
    ['{"private_key": "swordfish"', /it is no JSON/],
    ['{"private_key": "swordfish"}', /it lacks id/],
    ['{"id":"a","service_account_id":"b","private_key":"swordfish"}', /its private key cannot be used/],
  ])('%s', async (content, why) => {
    await using service = await YandexService.start()
    const path = join(folder, 'bad.json')
    writeFileSync(path, content)
    const kms = open(service, { serviceAccountKeyFile: path })

    const error = await kms.encrypt('my-key', PLAIN, never).then(
      () => undefined,
      (caught) => caught,
    )

    expect(error).toMatchObject({ code: 'E_SETTING_INVALID', message: expect.stringMatching(why) })
    expect(error.message).not.toContain('swordfish')
    kms.close()
  })

  test('one that is not there', async () => {
    await using service = await YandexService.start()
    const kms = open(service, { serviceAccountKeyFile: join(folder, 'absent.json') })

    await expect(kms.encrypt('my-key', PLAIN, never)).rejects.toMatchObject({ code: 'E_SETTING_INVALID' })
    kms.close()
  })
})
