import { defineSettings, defineStorage, WalgError } from '@walg/sdk'
import { Driver } from './driver.js'

// Names of settings also stand in the `walg` section of package.json.
const settings = defineSettings({
  WALG_SAMPLE_ID_PREFIX: { kind: 'string', doc: 'Where the repository is, such as sample-id://place/folder' },
})

export default defineStorage({
  id: 'sample-id',
  settings,
  async open(ctx) {
    const prefix = ctx.settings.get(settings, 'WALG_SAMPLE_ID_PREFIX') ?? ''
    const place = /^sample-id:\/\/(.*[^/])\/*$/.exec(prefix)?.[1]
    if (place === undefined) {
      const why = `WALG_SAMPLE_ID_PREFIX is '${prefix}', not of the form sample-id://PLACE`
      throw new WalgError('E_STORAGE_CONFIG', `unable to open the storage: ${why}`)
    }
    return new Driver(place)
  },
})
