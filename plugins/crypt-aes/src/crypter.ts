import { defineCrypter } from '@walg/sdk'
import { aesSettings } from './settings.js'

export default defineCrypter({
  id: 'aes',
  settings: aesSettings,
  // node:crypto takes 9 ms to load, and the settings are read by commands that encrypt nothing.
  open: async (ctx) => {
    const { openAes } = await import('./aes-crypter.js')
    return await openAes(ctx)
  },
})
