import { openYandexKms } from '@walg/kms'
import { defineCrypter, isWalgError, WalgError } from '@walg/sdk'
import type { DataKeys } from './data-keys.js'
import { envelopeCrypter } from './envelope-crypter.js'
import { yandexKeyFrame } from './yandex-key-frame.js'
import { yandexSettings } from './yandex-settings.js'

export default defineCrypter({
  id: 'yandex-kms',
  settings: yandexSettings,
  async open({ settings }) {
    const get = <K extends keyof typeof yandexSettings>(name: K) => settings.get(yandexSettings, name)
    const keyId = get('YC_CSE_KMS_KEY_ID')
    if (!keyId)
      throw new WalgError(
        'E_SETTING_MISSING',
        'unable to encrypt with Yandex KMS: YC_CSE_KMS_KEY_ID is not set',
      )
    const previous = get('YC_CSE_KMS_KEY_ID_PREVIOUS') ?? []
    const kms = openYandexKms({
      serviceAccountKeyFile: get('YC_SERVICE_ACCOUNT_KEY_FILE'),
      endpoint: get('YC_KMS_ENDPOINT'),
      iamEndpoint: get('YC_IAM_ENDPOINT'),
      metadataEndpoint: get('YC_METADATA_ENDPOINT'),
    })
    const keys: DataKeys = {
      make: (signal) => kms.generateDataKey(keyId, signal),
      open: (ciphertext, signal) =>
        firstThatFits([keyId, ...previous], (id) => kms.decrypt(id, ciphertext, signal)),
    }
    return envelopeCrypter('yandex-kms', yandexKeyFrame, async () => keys)
  },
})

/** An object does not say which key of the KMS it needs. */
async function firstThatFits<T>(ids: readonly string[], open: (id: string) => Promise<T>): Promise<T> {
  let refusal: unknown
  for (const id of ids) {
    try {
      return await open(id)
    } catch (error) {
      if (!isWalgError(error, 'E_CRYPT_KEY')) throw error
      refusal = error
    }
  }
  throw refusal
}
