import { defineSettings } from '@walg/sdk'

export const aesSettings = defineSettings({
  WALG_AES_KEY: {
    kind: 'string',
    secret: true,
    doc: 'Key for AES-256-GCM: 32 bytes in hexadecimal or base64',
  },
  WALG_AES_KEY_PATH: { kind: 'path', doc: 'File with that key' },
  WALG_AES_KEY_COMMAND: {
    kind: 'string',
    doc: 'Shell command that writes that key to its stdout; runs once',
  },
  WALG_AES_KEY_PREVIOUS: {
    kind: 'string',
    secret: true,
    doc: 'Keys that objects were encrypted with before, with commas between them; for reading only',
  },
  WALG_AES_KEY_PREVIOUS_PATH: { kind: 'path', doc: 'File with such keys, one a line' },
})
