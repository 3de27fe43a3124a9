import { createHash } from 'node:crypto'
import type { Encryption, S3Config } from './s3-config.js'

type Headers = Readonly<Record<string, string>>

const PREFIX = 'x-amz-server-side-encryption'

/** What a customer's key adds to every request that touches content. */
export function keyHeaders(encryption: Encryption | undefined, of: 'object' | 'source' = 'object'): Headers {
  if (encryption?.kind !== 'customer') return {}
  const prefix = of === 'object' ? PREFIX : 'x-amz-copy-source-server-side-encryption'
  const key = Buffer.from(encryption.key.reveal())
  return {
    [`${prefix}-customer-algorithm`]: encryption.algorithm,
    [`${prefix}-customer-key`]: key.toString('base64'),
    [`${prefix}-customer-key-md5`]: createHash('md5').update(key).digest('base64'),
  }
}

/** What makes a new object: class, encryption, and lock. */
export function newObjectHeaders(config: S3Config, now: number): Headers {
  const { encryption, retention, storageClass } = config
  return {
    ...(storageClass !== undefined && { 'x-amz-storage-class': storageClass }),
    ...keyHeaders(encryption),
    ...(encryption?.kind === 'managed' && {
      [PREFIX]: encryption.algorithm,
      ...(encryption.keyId !== undefined && { [`${PREFIX}-aws-kms-key-id`]: encryption.keyId }),
    }),
    ...(retention && {
      'x-amz-object-lock-mode': retention.mode,
      'x-amz-object-lock-retain-until-date': new Date(now + retention.seconds * 1000).toISOString(),
    }),
  }
}
