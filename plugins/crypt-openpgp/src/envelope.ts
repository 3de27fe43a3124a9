import { openYandexKms } from '@walg/kms'
import { defineCrypter, defineSettings, type PluginContext, WalgError } from '@walg/sdk'
import { envelopeCrypter } from './envelope-crypter.js'
import { contentOfFile } from './key-sources.js'

const envelopeSettings = defineSettings({
  WALG_ENVELOPE_PGP_KEY: {
    kind: 'string',
    secret: true,
    doc: 'Armored private OpenPGP key, encrypted by the KMS, in base64',
  },
  WALG_ENVELOPE_PGP_KEY_PATH: { kind: 'path', doc: 'File with such a key; goes before the key itself' },
  WALG_ENVELOPE_PGP_YC_CSE_KMS_KEY_ID: { kind: 'string', doc: 'Key of Yandex KMS that opens it' },
  WALG_ENVELOPE_PGP_YC_SERVICE_ACCOUNT_KEY_FILE: {
    kind: 'path',
    doc: 'Key of the service account that may use it; without it that of the instance, by its metadata service',
  },
  WALG_ENVELOPE_PGP_YC_ENDPOINT: { kind: 'string', doc: 'Address of Yandex KMS: `host:port` or a URL' },
  WALG_ENVELOPE_CACHE_EXPIRATION: {
    kind: 'duration',
    default: '0',
    doc: 'After how long an opened key is asked for again within a run; 0 for never',
  },
})

export default defineCrypter({
  id: 'openpgp-envelope',
  settings: envelopeSettings,
  async open(ctx) {
    const { settings } = ctx
    const encryptedKey = await encryptedKeyOf(ctx)
    const keyId = settings.get(envelopeSettings, 'WALG_ENVELOPE_PGP_YC_CSE_KMS_KEY_ID')
    if (!keyId) {
      throw new WalgError(
        'E_SETTING_MISSING',
        'unable to open the key in WALG_ENVELOPE_PGP_KEY: WALG_ENVELOPE_PGP_YC_CSE_KMS_KEY_ID is not set',
      )
    }
    const kms = openYandexKms({
      serviceAccountKeyFile: settings.get(envelopeSettings, 'WALG_ENVELOPE_PGP_YC_SERVICE_ACCOUNT_KEY_FILE'),
      endpoint: settings.get(envelopeSettings, 'WALG_ENVELOPE_PGP_YC_ENDPOINT'),
    })
    const expirationMs = settings.get(envelopeSettings, 'WALG_ENVELOPE_CACHE_EXPIRATION')
    const openKey = (encrypted: Uint8Array) => kms.decrypt(keyId, encrypted, ctx.signal)
    return envelopeCrypter({
      encryptedKey,
      openKey,
      expirationMs,
      now: Date.now,
      warn: (text) => ctx.log.warn(text),
    })
  },
})

async function encryptedKeyOf({ settings }: PluginContext): Promise<Uint8Array> {
  const path = settings.text('WALG_ENVELOPE_PGP_KEY_PATH')
  const name = path === undefined ? 'WALG_ENVELOPE_PGP_KEY' : 'WALG_ENVELOPE_PGP_KEY_PATH'
  const text =
    path === undefined
      ? (settings.get(envelopeSettings, 'WALG_ENVELOPE_PGP_KEY')?.reveal() ?? '')
      : (await contentOfFile(name, path)).toString('latin1')
  const base64 = text.replaceAll(/\s/g, '')
  const key = Buffer.from(base64, 'base64')
  // What is no base64 is left out without a word.
  if (base64 === '' || key.toString('base64') !== base64)
    throw new WalgError('E_SETTING_INVALID', `unable to read the key in ${name}: it is not base64`)
  return key
}
