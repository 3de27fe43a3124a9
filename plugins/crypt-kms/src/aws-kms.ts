import { defineCrypter } from '@walg/sdk'
import { awsKeyFrame } from './aws-key-frame.js'
import { awsKmsConfig } from './aws-kms-config.js'
import { awsSettings } from './aws-settings.js'
import type { DataKeys } from './data-keys.js'
import { envelopeCrypter } from './envelope-crypter.js'

export default defineCrypter({
  id: 'aws-kms',
  settings: awsSettings,
  open: async (ctx) => {
    const config = awsKmsConfig(ctx.settings)
    let keys: Promise<DataKeys> | undefined
    const dataKeys = () => {
      keys ??= import('./lazy/aws-data-keys.js').then(({ awsDataKeys }) => awsDataKeys(config))
      return keys
    }
    return envelopeCrypter('aws-kms', awsKeyFrame, dataKeys)
  },
})
