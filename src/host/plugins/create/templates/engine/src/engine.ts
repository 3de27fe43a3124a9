import { defineEngine } from '@walg/sdk'
import { describeBackup } from './sentinel.js'
import { engineSettings } from './settings.js'

export default defineEngine({
  id: 'sample-id',
  settings: engineSettings,
  // Each is loaded when it is called. With `catalog`, backup-list and delete are there without being written.
  operations: {
    'backup-push': async () => (await import('./operations/backup-push.js')).backupPush,
    'backup-fetch': async () => (await import('./operations/backup-fetch.js')).backupFetch,
  },
  catalog: { describeBackup },
})
