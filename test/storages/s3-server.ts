import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StorageDriver } from '@walg/sdk'
import { pluginContext } from '@walg/testkit'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { openS3 } from '../../plugins/storage-s3/src/open-s3.js'
import type { RangeReading } from '../../plugins/storage-s3/src/parallel-body.js'
import { type Service, type ServiceName, startService } from '../support/services.js'
import { createBucket, type S3Server } from './s3-bucket.js'

export type S3Settings = Readonly<Record<string, string>>

/** A running server with buckets, on which storages can be opened. */
export interface S3UnderTest extends S3Server, AsyncDisposable {
  readonly service: Service
  /** What it takes to reach a prefix of its own in the bucket. */
  settings(others?: S3Settings): S3Settings
  /** A driver on a prefix that nobody else uses, unless the settings name one. */
  open(others?: S3Settings, reading?: RangeReading): Promise<StorageDriver>
  stop(): Promise<void>
}

export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'testkey', AWS_SECRET_ACCESS_KEY: 'testsecret' }

/** Starts an S3 server, with an empty bucket and one whose objects can be locked. */
export async function startS3(name: ServiceName & ('minio' | 'minio-tls' | 'ceph')): Promise<S3UnderTest> {
  const service = await startService(name)
  const certificate = join(service.folder, 'certs', 'public.crt')
  const isTls = name === 'minio-tls'
  // The gateway of Ceph listens beside its monitor.
  const url = name === 'ceph' ? `http://127.0.0.1:${service.port + 1}` : service.url
  const server: S3Server = { url, ...(isTls && { ca: readFileSync(certificate, 'utf8') }) }
  await createBucket(server, 'bucket')
  if (name !== 'ceph') await createBucket(server, 'locked', true)
  const settings = (others: S3Settings = {}): S3Settings => ({
    WALG_S3_PREFIX: `s3://bucket/${randomUUID()}`,
    AWS_ENDPOINT: url,
    AWS_REGION: 'us-east-1',
    ...(isTls && { S3_CA_CERT_FILE: certificate }),
    ...CREDENTIALS,
    ...others,
  })
  return {
    ...server,
    service,
    settings,
    open: (others, reading) => openS3(pluginContext(settings(others)), reading),
    stop: () => service.stop(),
    [Symbol.asyncDispose]: () => service.stop(),
  }
}

/** A server for one block of tests. */
export interface S3OfBlock {
  /** Once the tests of the block run. */
  readonly server: S3UnderTest
  /** As `open` of the server; closed when the test has ended. */
  open(settings?: S3Settings): Promise<StorageDriver>
}

/** Starts a server before the first test of the block around the call, and stops it after the last one. */
export function useS3(name: Parameters<typeof startS3>[0]): S3OfBlock {
  let server: S3UnderTest | undefined
  const opened: StorageDriver[] = []
  beforeAll(async () => {
    server = await startS3(name)
  })
  afterEach(async () => {
    for (const driver of opened.splice(0)) await driver.close()
  })
  afterAll(async () => {
    await server?.stop()
  })
  return {
    get server() {
      return server!
    },
    async open(settings) {
      const driver = await server!.open(settings)
      opened.push(driver)
      return driver
    },
  }
}
