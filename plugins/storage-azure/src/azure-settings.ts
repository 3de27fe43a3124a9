import { defineSettings } from '@walg/sdk'

export const azureSettings = defineSettings({
  WALG_AZ_PREFIX: {
    kind: 'string',
    aliases: ['WALE_AZ_PREFIX'],
    doc: 'Container and folder: `azure://container/folder`',
  },
  AZURE_STORAGE_ACCOUNT: {
    kind: 'string',
    aliases: ['WALG_AZURE_STORAGE_ACCOUNT', 'WALE_AZURE_STORAGE_ACCOUNT'],
    doc: 'Name of the account',
  },
  AZURE_STORAGE_ACCESS_KEY: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_AZURE_STORAGE_ACCESS_KEY', 'WALE_AZURE_STORAGE_ACCESS_KEY'],
    doc: 'Key of the account',
  },
  AZURE_STORAGE_SAS_TOKEN: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_AZURE_STORAGE_SAS_TOKEN', 'WALE_AZURE_STORAGE_SAS_TOKEN'],
    doc: 'Shared access signature of the account or the container; used when there is no key',
  },
  AZURE_ENVIRONMENT_NAME: {
    kind: 'string',
    default: 'AzurePublicCloud',
    aliases: ['WALG_AZURE_ENVIRONMENT_NAME', 'WALE_AZURE_ENVIRONMENT_NAME'],
    doc: 'Cloud, which gives the end of host names: AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud or AzureGermanCloud',
  },
  AZURE_ENDPOINT_SUFFIX: {
    kind: 'string',
    aliases: ['WALG_AZURE_ENDPOINT_SUFFIX', 'WALE_AZURE_ENDPOINT_SUFFIX'],
    doc: 'End of host names, instead of that of the cloud',
  },
  AZURE_STORAGE_ENDPOINT: {
    kind: 'string',
    aliases: ['WALG_AZURE_STORAGE_ENDPOINT'],
    doc: 'Address of the account as a whole, for emulators and private endpoints: `http://127.0.0.1:10000/devstoreaccount1`',
  },
  AZURE_BUFFER_SIZE: {
    kind: 'int',
    default: '8388608',
    min: 1024,
    aliases: ['WALG_AZURE_BUFFER_SIZE', 'WALE_AZURE_BUFFER_SIZE'],
    doc: 'Bytes of a block of an upload; less than 1 MiB counts as 1 MiB',
  },
  AZURE_MAX_BUFFERS: {
    kind: 'int',
    default: '4',
    min: 1,
    aliases: ['WALG_AZURE_MAX_BUFFERS', 'WALE_AZURE_MAX_BUFFERS'],
    doc: 'Blocks of one upload sent at once',
  },
  AZURE_TRY_TIMEOUT: {
    kind: 'int',
    default: '5',
    min: 1,
    aliases: ['WALG_AZURE_TRY_TIMEOUT', 'WALE_AZURE_TRY_TIMEOUT'],
    doc: 'Minutes that one call may take in all; reading is only limited by what stands still',
  },
  AZURE_BLOB_STORE_API_VERSION: {
    kind: 'string',
    aliases: ['WALG_AZURE_BLOB_STORE_API_VERSION', 'WALE_AZURE_BLOB_STORE_API_VERSION'],
    doc: 'Version of the API that is asked for: `YYYY-MM-DD`',
  },
  AZURE_CLIENT_ID: { kind: 'string', doc: 'Default credentials: application, or managed identity' },
  AZURE_TENANT_ID: { kind: 'string', doc: 'Default credentials: tenant' },
  AZURE_CLIENT_SECRET: {
    kind: 'string',
    secret: true,
    doc: 'Default credentials: secret of the application',
  },
})
