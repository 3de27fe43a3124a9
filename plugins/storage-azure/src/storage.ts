import { defineStorage } from '@walg/sdk'
import { azureSettings } from './azure-settings.js'
import { readOptions } from './read-options.js'

export default defineStorage({
  id: 'azure',
  settings: azureSettings,
  async open({ settings }) {
    const options = await readOptions(settings)
    const { openAzure } = await import('./lazy/open-azure.js')
    return openAzure(options)
  },
})
