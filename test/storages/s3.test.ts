import { randomUUID } from 'node:crypto'
import { pluginContext } from '@walg/testkit'
import storageS3 from '../../plugins/storage-s3/src/storage.js'
import { lacksService, type Service, startService } from '../support/services.js'
import { describeConformance } from './conformance.js'
import { createBucket, type S3Server } from './s3-bucket.js'

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'testkey', AWS_SECRET_ACCESS_KEY: 'testsecret' }

function storageOn(service: Service, url: string, settings: Readonly<Record<string, string>>) {
  return {
    open: () =>
      storageS3.open(
        pluginContext({
          WALG_S3_PREFIX: `s3://bucket/${randomUUID()}`,
          AWS_ENDPOINT: url,
          AWS_REGION: 'us-east-1',
          ...CREDENTIALS,
          ...settings,
        }),
      ),
    stop: () => service.stop(),
  }
}

describeConformance('MinIO', lacksService('minio'), async () => {
  const service = await startService('minio')
  const server: S3Server = { url: service.url }
  await createBucket(server, 'bucket')
  return storageOn(service, service.url, { S3_CONDITIONAL_PUT: 'true' })
})
