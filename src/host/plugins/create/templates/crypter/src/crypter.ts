import { defineCrypter, defineSettings, WalgError } from '@walg/sdk'
import { decrypt, encrypt } from './format.js'

// Names of settings also stand in the `walg` section of package.json, this one as a secret, too.
const settings = defineSettings({
  WALG_SAMPLE_ID_KEY: { kind: 'string', secret: true, doc: 'Key of 32 bytes, as 64 hexadecimal digits' },
})

export default defineCrypter({
  id: 'sample-id',
  settings,
  async open(ctx) {
    // Revealed here and nowhere else; never part of a message.
    const digits = ctx.settings.get(settings, 'WALG_SAMPLE_ID_KEY')?.reveal() ?? ''
    if (!/^[0-9a-f]{64}$/i.test(digits)) {
      const why = 'WALG_SAMPLE_ID_KEY does not have 64 hexadecimal digits'
      throw new WalgError('E_SETTING_INVALID', `unable to use the key: ${why}`)
    }
    const key = Buffer.from(digits, 'hex')
    return {
      id: 'sample-id',
      encrypt: (source, o) => encrypt(key, source, o),
      decrypt: (source, o) => decrypt(key, source, o),
    }
  },
})
