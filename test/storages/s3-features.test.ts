import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3'
import { collect, pluginContext, randomBytes } from '@walg/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { credentialSource } from '../../plugins/storage-s3/src/credentials.js'
import { copyObject } from '../../plugins/storage-s3/src/lazy/sdk/copy-object.js'
import { openSdkClient } from '../../plugins/storage-s3/src/lazy/sdk/sdk-client.js'
import { ObjectCalls } from '../../plugins/storage-s3/src/object-calls.js'
import { RANGE_READING } from '../../plugins/storage-s3/src/parallel-body.js'
import { readConfig } from '../../plugins/storage-s3/src/s3-config.js'
import { S3Requests } from '../../plugins/storage-s3/src/s3-requests.js'
import { Transport } from '../../plugins/storage-s3/src/transport.js'
import { describeWith } from '../support/describe-with.js'
import { lacksService } from '../support/services.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { clientOf, createBucket } from './s3-bucket.js'
import { PART, roundTrip } from './s3-round-trip.js'
import { startS3, useS3 } from './s3-server.js'

const KEY = '0123456789abcdef0123456789abcdef'
const { signal } = new AbortController()

describeWith('S3 over TLS', lacksService('minio-tls'), () => {
  const s3 = useS3('minio-tls')
  const { open } = s3

  /** What the server knows of an object, asked by another client. */
  const inspect = async (bucket: string, key: string, customerKey?: string) => {
    const client = clientOf(s3.server)
    try {
      return await client.send(
        new HeadObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(customerKey !== undefined && {
            SSECustomerAlgorithm: 'AES256',
            SSECustomerKey: Buffer.from(customerKey).toString('base64'),
          }),
        }),
      )
    } finally {
      client.destroy()
    }
  }

  test("objects are encrypted with the customer's key, and only that opens them", async () => {
    const folder = randomUUID()
    const prefix = { WALG_S3_PREFIX: `s3://bucket/${folder}` }
    await roundTrip(await open({ ...prefix, S3_SSE: 'AES256', S3_SSE_C: KEY }))

    for (const name of ['small', 'large', 'copy'])
      expect((await inspect('bucket', `${folder}/${name}`, KEY)).SSECustomerAlgorithm).toBe('AES256')
    const other = await open({ ...prefix, S3_SSE: 'AES256', S3_SSE_C: KEY.replaceAll('0', '1') })
    await expect(other.get('small', { signal })).rejects.toMatchObject({
      code: expect.not.stringContaining('NOT_FOUND'),
    })
    const none = await open(prefix)
    await expect(none.get('small', { signal })).rejects.toMatchObject({
      code: expect.not.stringContaining('NOT_FOUND'),
    })
    await expect(none.head('small', { signal })).rejects.toMatchObject({
      code: expect.not.stringContaining('NOT_FOUND'),
    })
  })

  test.each([
    ['a key of KMS', { S3_SSE: 'aws:kms', S3_SSE_KMS_ID: 'walg' }, 'aws:kms'],
    ['a key of the storage', { S3_SSE: 'AES256' }, 'AES256'],
  ])('objects are encrypted with %s', async (_name, settings, algorithm) => {
    const folder = randomUUID()
    await roundTrip(await open({ ...settings, WALG_S3_PREFIX: `s3://bucket/${folder}` }))

    for (const name of ['small', 'large', 'copy'])
      expect((await inspect('bucket', `${folder}/${name}`)).ServerSideEncryption).toBe(algorithm)
  })

  test('a key of KMS that is unknown is told', async () => {
    const driver = await open({ S3_SSE: 'aws:kms', S3_SSE_KMS_ID: 'nothing' })

    await expect(driver.put('x', [randomBytes(1)], { signal })).rejects.toMatchObject({
      message: expect.stringMatching(/kms/i),
      retryable: false,
    })
  })

  test.each(['GOVERNANCE', 'COMPLIANCE'])('objects are locked in mode %s', async (mode) => {
    const folder = randomUUID()
    const driver = await open({
      WALG_S3_PREFIX: `s3://locked/${folder}`,
      S3_RETENTION_PERIOD: '3600',
      S3_RETENTION_MODE: mode,
    })
    await roundTrip(driver)

    const client = clientOf(s3.server)
    onTestFinished(() => client.destroy())
    expect(
      (await client.send(new GetObjectLockConfigurationCommand({ Bucket: 'locked' })))
        .ObjectLockConfiguration,
    ).toMatchObject({ ObjectLockEnabled: 'Enabled' })
    for (const name of ['small', 'large', 'copy']) {
      const command = new GetObjectRetentionCommand({ Bucket: 'locked', Key: `${folder}/${name}` })
      const { Retention } = await client.send(command)
      expect(Retention?.Mode).toBe(mode)
      const seconds = ((Retention?.RetainUntilDate?.getTime() ?? 0) - Date.now()) / 1000
      expect(seconds).toBeGreaterThan(3500)
      expect(seconds).toBeLessThan(3601)
    }
    const [version] = (await driver.versions!.list('small', { signal })).versions
    const [outcome] = await driver.versions!.delete([version!], { signal })
    expect(outcome).toMatchObject({ deleted: false, error: { code: expect.stringMatching(/^E_STORAGE_/) } })
    expect((await driver.head('small', { signal })).size).toBe(1000)
  })

  test('objects get the storage class, by put, in parts and by copy', async () => {
    const folder = randomUUID()
    await roundTrip(
      await open({ WALG_S3_PREFIX: `s3://bucket/${folder}`, WALG_S3_STORAGE_CLASS: 'REDUCED_REDUNDANCY' }),
    )

    for (const name of ['small', 'large', 'copy'])
      expect((await inspect('bucket', `${folder}/${name}`)).StorageClass).toBe('REDUCED_REDUNDANCY')
  })

  test('a bucket with versions shows and deletes them one by one', async () => {
    const client = clientOf(s3.server)
    onTestFinished(() => client.destroy())
    const bucket = `versions-${randomUUID()}`
    await createBucket(s3.server, bucket)
    await client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    )
    const driver = await open({ WALG_S3_PREFIX: `s3://${bucket}/x` })
    const first = randomBytes(10, 1)
    await driver.put('a', [first], { signal })
    await driver.put('a', [randomBytes(20, 2)], { signal })
    await driver.delete(['a'], { signal })
    await driver.put('b', [], { signal })

    const { versions } = await driver.versions!.list('', { signal })

    expect(versions.map((one) => [one.key, one.size, one.isLatest, one.isDeleteMarker])).toEqual([
      ['a', 0, true, true],
      ['a', 20, false, false],
      ['a', 10, false, false],
      ['b', 0, true, false],
    ])
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const page = await driver.versions!.list('', {
        signal,
        limit: 1,
        ...(cursor !== undefined && { cursor }),
      })
      paged.push(...page.versions.map(({ versionId }) => versionId))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(paged).toEqual(versions.map(({ versionId }) => versionId))
    expect((await driver.list('', { signal })).objects.map(({ key }) => key)).toEqual(['b'])

    const outcomes = await driver.versions!.delete(versions.slice(0, 2), { signal })

    expect(outcomes.map(({ deleted }) => deleted)).toEqual([true, true])
    const { body } = await driver.get('a', { signal })
    for await (const chunk of body) expect(Buffer.from(chunk).equals(first)).toBe(true)
  })

  test('versions of a bucket that keeps none are no empty list', async () => {
    const driver = await open()

    await expect(driver.versions!.list('', { signal })).rejects.toMatchObject({ code: 'E_STORAGE_CONFIG' })
    expect((await s3.server.open({ S3_ENABLE_VERSIONING: 'disabled' })).versions).toBeUndefined()
  })

  describe('credentials', () => {
    const NONE = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    const files = (credentials: string, config = '') => {
      const folder = temporaryFolder()
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'credentials'), credentials)
      writeFileSync(join(folder, 'config'), config)
      return {
        ...NONE,
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
        AWS_CONFIG_FILE: join(folder, 'config'),
      }
    }
    const KEYS = 'aws_access_key_id = testkey\naws_secret_access_key = testsecret\n'

    test('come from the default profile of a file', async () => {
      await roundTrip(await open(files(`[default]\n${KEYS}`)))
    })

    test('come from a named profile', async () => {
      await roundTrip(await open({ ...files(`[backup]\n${KEYS}`), AWS_PROFILE: 'backup' }))
    })

    test('come from a program that a profile names', async () => {
      const program = `echo '{"Version":1,"AccessKeyId":"testkey","SecretAccessKey":"testsecret"}'`
      const config = `[profile backup]\ncredential_process = sh -c ${JSON.stringify(program)}\n`
      await roundTrip(await open({ ...files('', config), AWS_PROFILE: 'backup' }))
    })

    test('are those of a role, assumed with keys of a profile', async () => {
      const role = 'arn:aws:iam::123456789012:role/backup'
      const driver = await open({
        ...files(`[default]\n${KEYS}`),
        AWS_ROLE_ARN: role,
        AWS_ROLE_SESSION_NAME: 'me',
      })

      await roundTrip(driver)
    })

    test('of a role with the wrong secret are refused in one line', async () => {
      const role = 'arn:aws:iam::123456789012:role/backup'
      const driver = await open({ AWS_ROLE_ARN: role, AWS_SECRET_ACCESS_KEY: 'wrong-secret-of-mine' })

      const error = await driver.head('x', { signal }).then(
        () => undefined,
        (caught: Error) => caught,
      )

      expect(error).toMatchObject({ code: 'E_STORAGE_PERMISSION' })
      expect(error?.message).toMatch(/^unable to find credentials for S3: [^\n]+$/)
      expect(error?.message).not.toContain('wrong-secret-of-mine')
    })
  })
})

describeWith('A server-side copy of what is too large for one', lacksService('minio-tls'), () => {
  test.each([
    ['plain', {}],
    ["with the customer's key", { S3_SSE: 'AES256', S3_SSE_C: KEY }],
  ])('is made of ranges, and is the same: %s', async (_name, settings) => {
    await using server = await startS3('minio-tls')
    const { settings: values, log } = pluginContext(server.settings(settings))
    const config = readConfig(values)
    const transport = new Transport(config, log)
    const region = async () => 'us-east-1'
    const credentials = credentialSource(config, region)
    const service = { config, transport, credentials, headers: {}, reading: RANGE_READING, region }
    const objects = new ObjectCalls(service, new S3Requests(service))
    const client = openSdkClient(service, objects, 'us-east-1')
    const content = randomBytes(PART * 2 + 12_345)
    await objects.put('from/ä b', [content], { signal })

    const info = await copyObject(client, 'from/ä b', 'to', { signal }, 1, PART)

    expect(info.size).toBe(content.length)
    expect(info.etag).toMatch(/-3"$/)
    expect(Buffer.from(await collect((await objects.get('to', { signal })).body)).equals(content)).toBe(true)
    client.close()
    await transport.close()
  })
})
