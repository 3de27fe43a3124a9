import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'

/** An S3 server with the credentials of all test servers. */
export interface S3Server {
  readonly url: string
  /** Certificate that it has. */
  readonly ca?: string
}

export function clientOf({ url, ca }: S3Server): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'testkey', secretAccessKey: 'testsecret' },
    ...(ca !== undefined && { requestHandler: new NodeHttpHandler({ httpsAgent: { ca } }) }),
  })
}

export async function createBucket(server: S3Server, bucket: string, isLocked = false): Promise<void> {
  const client = clientOf(server)
  try {
    await client.send(
      new CreateBucketCommand({ Bucket: bucket, ...(isLocked && { ObjectLockEnabledForBucket: true }) }),
    )
  } finally {
    client.destroy()
  }
}
