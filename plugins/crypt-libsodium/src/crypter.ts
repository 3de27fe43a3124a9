import { defineCrypter } from '@walg/sdk'
import { decrypt } from './decrypt.js'
import { encrypt } from './encrypt.js'
import { readKeys } from './read-keys.js'
import { libsodiumSettings } from './settings.js'

export default defineCrypter({
  id: 'libsodium',
  settings: libsodiumSettings,
  async open(ctx) {
    const keys = await readKeys(ctx)
    return {
      id: 'libsodium',
      encrypt: (source, o) => encrypt(keys.current, source, o),
      decrypt: (source, o) => decrypt(keys, source, o),
    }
  },
})
