import { defineSettings } from '@walg/sdk'

export const libsodiumSettings = defineSettings({
  WALG_LIBSODIUM_KEY: { kind: 'string', secret: true, doc: 'Key for libsodium' },
  WALG_LIBSODIUM_KEY_PATH: { kind: 'path', doc: 'File with that key; white space around it does not count' },
  WALG_LIBSODIUM_KEY_TRANSFORM: {
    kind: 'string',
    default: 'none',
    doc: 'How the text becomes 32 bytes: `hex`, `base64`, or `none`, which cuts and pads it',
  },
  WALG_LIBSODIUM_KEY_PREVIOUS: {
    kind: 'string',
    secret: true,
    doc: 'Key that objects were encrypted with before; for reading only, in the same form',
  },
  WALG_LIBSODIUM_KEY_PREVIOUS_PATH: { kind: 'path', doc: 'File with that key' },
})
