import { defineSettings } from '@walg/sdk'

export const yandexSettings = defineSettings({
  YC_CSE_KMS_KEY_ID: { kind: 'string', doc: 'Key of Yandex KMS for encryption before upload' },
  YC_CSE_KMS_KEY_ID_PREVIOUS: {
    kind: 'list',
    doc: 'Keys of Yandex KMS that objects were encrypted with before; for reading only',
  },
  YC_SERVICE_ACCOUNT_KEY_FILE: {
    kind: 'path',
    doc: 'Service account of Yandex Cloud, a JSON file; without it that of the instance',
  },
  YC_KMS_ENDPOINT: { kind: 'string', default: 'https://kms.yandex', doc: 'Address of Yandex KMS' },
  YC_IAM_ENDPOINT: {
    kind: 'string',
    default: 'https://iam.api.cloud.yandex.net',
    doc: "Address of Yandex's IAM",
  },
  YC_METADATA_ENDPOINT: {
    kind: 'string',
    default: 'http://169.254.169.254',
    doc: 'Address of the metadata service of the instance',
  },
})
