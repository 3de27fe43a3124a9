import type { PluginContext, StorageDriver } from '@walg/sdk'
import { additionalHeaders } from './additional-headers.js'
import { findRegion } from './bucket-region.js'
import { credentialSource } from './credentials.js'
import { RANGE_READING } from './parallel-body.js'
import { readConfig } from './s3-config.js'
import { S3Driver } from './s3-driver.js'
import { Transport } from './transport.js'

/** Opens the bucket that the settings name; sends nothing yet, unless S3_SKIP_VALIDATION is false. */
export async function openS3(ctx: PluginContext, reading = RANGE_READING): Promise<StorageDriver> {
  const config = readConfig(ctx.settings)
  const transport = new Transport(config, ctx.log)
  const headers = await additionalHeaders(config.headersText)
  let region: Promise<string> | undefined
  const findOnce = (signal: AbortSignal) => {
    region ??= findRegion(config, transport, signal).catch((error: unknown) => {
      region = undefined
      throw error
    })
    return region
  }
  const credentials = credentialSource(config, () => findOnce(ctx.signal))
  const driver = new S3Driver({ config, transport, credentials, headers, reading, region: findOnce })
  if (!config.isValidated) return driver
  try {
    await driver.list('', { signal: ctx.signal, delimiter: '/', limit: 1 })
    return driver
  } catch (error) {
    await driver.close()
    throw error
  }
}
