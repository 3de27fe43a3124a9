import { defineSettings } from '@walg/sdk'

export const awsSettings = defineSettings({
  WALG_CSE_KMS_ID: {
    kind: 'string',
    doc: 'Key of AWS KMS for encryption before upload: its id, ARN or alias',
  },
  WALG_CSE_KMS_REGION: { kind: 'string', doc: 'Region of that key; `AWS_REGION` when not set' },
  AWS_ENDPOINT_URL_KMS: { kind: 'string', doc: "Address of a KMS other than the region's" },
  AWS_REGION: {
    kind: 'string',
    aliases: ['WALG_AWS_REGION', 'WALE_AWS_REGION'],
    doc: 'Region of the key',
  },
  AWS_ACCESS_KEY_ID: {
    kind: 'string',
    secret: true,
    aliases: [
      'WALG_AWS_ACCESS_KEY_ID',
      'WALE_AWS_ACCESS_KEY_ID',
      'AWS_ACCESS_KEY',
      'WALG_AWS_ACCESS_KEY',
      'WALE_AWS_ACCESS_KEY',
    ],
    doc: 'Access key; without it the files of the AWS tools, roles and the metadata of the machine are tried',
  },
  AWS_SECRET_ACCESS_KEY: {
    kind: 'string',
    secret: true,
    aliases: [
      'WALG_AWS_SECRET_ACCESS_KEY',
      'WALE_AWS_SECRET_ACCESS_KEY',
      'AWS_SECRET_KEY',
      'WALG_AWS_SECRET_KEY',
      'WALE_AWS_SECRET_KEY',
    ],
    doc: 'Secret of the access key',
  },
  AWS_SESSION_TOKEN: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_AWS_SESSION_TOKEN', 'WALE_AWS_SESSION_TOKEN'],
    doc: 'Token of a temporary access key',
  },
  AWS_PROFILE: { kind: 'string', doc: 'Profile in the files of the AWS tools' },
  AWS_SHARED_CREDENTIALS_FILE: { kind: 'string', doc: 'File of credentials' },
  AWS_CONFIG_FILE: { kind: 'string', doc: 'File of profiles' },
  AWS_CA_BUNDLE: { kind: 'string', doc: 'Certificates that servers of AWS are checked with; PEM' },
})
