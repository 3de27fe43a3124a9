import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describePostgresRoundTrip } from '../e2e/postgres/round-trip.js'
import { lacksService } from '../support/services.js'
import { CREDENTIALS, startS3 } from './s3-server.js'

describePostgresRoundTrip(
  'storage-s3',
  { plugin: 'storage-s3', lacking: lacksService('minio') },
  async () => {
    const server = await startS3('minio')
    return {
      async settings(folder) {
        // A restored server gets the settings that are no secrets.
        const file = join(folder, 'credentials')
        const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = CREDENTIALS
        writeFileSync(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`)
        const { AWS_ACCESS_KEY_ID: _key, AWS_SECRET_ACCESS_KEY: _secret, ...others } = server.settings()
        return { ...others, AWS_S3_FORCE_PATH_STYLE: 'true', AWS_SHARED_CREDENTIALS_FILE: file }
      },
      stop: () => server.stop(),
    }
  },
)
