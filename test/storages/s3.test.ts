import { lacksService } from '../support/services.js'
import { describeConformance } from './conformance.js'
import { startS3 } from './s3-server.js'

describeConformance('MinIO, which decides on conditions', lacksService('minio'), async () => {
  const server = await startS3('minio')
  return {
    open: () => server.open({ S3_CONDITIONAL_PUT: 'true', S3_ENABLE_VERSIONING: 'disabled' }),
    stop: () => server.stop(),
  }
})

describeConformance(
  'MinIO over TLS, with the credentials of a role, keys encrypted by the user, and the older lists',
  lacksService('minio-tls'),
  async () => {
    const server = await startS3('minio-tls')
    return {
      open: () =>
        server.open({
          AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/backup',
          S3_SSE: 'AES256',
          S3_SSE_C: '0123456789abcdef0123456789abcdef',
          S3_USE_LIST_OBJECTS_V1: 'true',
        }),
      stop: () => server.stop(),
    }
  },
)

describeConformance('Ceph', lacksService('ceph'), async () => {
  const server = await startS3('ceph')
  return { open: () => server.open(), stop: () => server.stop() }
})
