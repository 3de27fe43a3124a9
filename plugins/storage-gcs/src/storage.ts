import { defineSettings, defineStorage, WalgError } from '@walg/sdk'
import { parseGcsPrefix } from './gcs-prefix.js'
import { openGcsDriver } from './open-gcs-driver.js'

const gcsSettings = defineSettings({
  WALG_GS_PREFIX: {
    kind: 'string',
    aliases: ['WALE_GS_PREFIX'],
    doc: 'Bucket and folder: `gs://bucket/folder`',
  },
  GOOGLE_APPLICATION_CREDENTIALS: {
    kind: 'path',
    secret: true,
    doc: "File with credentials; without it Google's default chain: gcloud's login, metadata server",
  },
  GCS_CONTEXT_TIMEOUT: {
    kind: 'int',
    default: '3600',
    min: 1,
    aliases: ['WALG_GCS_CONTEXT_TIMEOUT', 'WALE_GCS_CONTEXT_TIMEOUT'],
    doc: 'Seconds that one call may take in all; reading is only limited by what stands still',
  },
  GCS_NORMALIZE_PREFIX: {
    kind: 'bool',
    default: 'true',
    aliases: ['WALG_GCS_NORMALIZE_PREFIX', 'WALE_GCS_NORMALIZE_PREFIX'],
    doc: 'False keeps slashes at the ends of the folder, as WAL-E has written them',
  },
  GCS_ENCRYPTION_KEY: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_GCS_ENCRYPTION_KEY', 'WALE_GCS_ENCRYPTION_KEY'],
    doc: 'Key of your own that the service encrypts objects with: base64 of 32 bytes',
  },
  GCS_MAX_CHUNK_SIZE: {
    kind: 'int',
    min: 1,
    aliases: ['WALG_GCS_MAX_CHUNK_SIZE', 'WALE_GCS_MAX_CHUNK_SIZE'],
    doc: 'Bytes of a part of an upload, 262144 at least; 20 MiB without it',
  },
  GCS_MAX_RETRIES: {
    kind: 'int',
    min: 0,
    aliases: ['WALG_GCS_MAX_RETRIES', 'WALE_GCS_MAX_RETRIES'],
    doc: 'How often a call is made again; without it, for as long as WALG_STORAGE_RETRY_TIME says',
  },
  GCS_UPLOAD_MODE: {
    kind: 'enum',
    values: ['composed', 'resumable'],
    default: 'composed',
    aliases: ['WALG_GCS_UPLOAD_MODE'],
    doc: 'How large objects are sent: in parts at once that are composed, or in one session without temporary objects',
  },
  STORAGE_EMULATOR_HOST: {
    kind: 'string',
    doc: 'Address of an emulator, used without credentials: `http://localhost:4443`',
  },
})

export default defineStorage({
  id: 'gs',
  settings: gcsSettings,
  async open({ settings, log }) {
    const prefix = settings.get(gcsSettings, 'WALG_GS_PREFIX')
    if (!prefix)
      throw new WalgError('E_STORAGE_CONFIG', 'unable to open the storage: WALG_GS_PREFIX is not set')
    const chunkBytes = settings.get(gcsSettings, 'GCS_MAX_CHUNK_SIZE')
    const retries = settings.get(gcsSettings, 'GCS_MAX_RETRIES')
    const emulator = settings.get(gcsSettings, 'STORAGE_EMULATOR_HOST')
    const keyFile = settings.get(gcsSettings, 'GOOGLE_APPLICATION_CREDENTIALS')?.reveal()
    return await openGcsDriver({
      ...parseGcsPrefix(prefix, settings.get(gcsSettings, 'GCS_NORMALIZE_PREFIX')),
      encryptionKey: settings.get(gcsSettings, 'GCS_ENCRYPTION_KEY'),
      deadlineMs: settings.get(gcsSettings, 'GCS_CONTEXT_TIMEOUT') * 1000,
      isResumable: settings.get(gcsSettings, 'GCS_UPLOAD_MODE') === 'resumable',
      ...(chunkBytes !== undefined && { chunkBytes }),
      ...(retries !== undefined && { attempts: retries + 1 }),
      ...(emulator && { emulator }),
      ...(keyFile && { keyFile }),
      log,
    })
  },
})
