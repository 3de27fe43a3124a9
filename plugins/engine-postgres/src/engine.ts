import { defineEngine } from '@walg/sdk'
import { pgCatalog } from './catalog/catalog-rules.js'
import { pgSettings } from './settings.js'

export default defineEngine({
  id: 'pg',
  settings: pgSettings,
  catalog: pgCatalog,
  operations: {
    'backup-push': async () => (await import('./operations/backup-push.js')).backupPush,
    'backup-fetch': async () => (await import('./operations/backup-fetch.js')).backupFetch,
    'backup-list': async () => (await import('./operations/backup-list.js')).backupList,
    'backup-mark': async () => (await import('./operations/backup-mark.js')).backupMark,
    'catchup-list': async () => (await import('./operations/catchup-list.js')).catchupList,
    copy: async () => (await import('./operations/copy.js')).copy,
    'delete before': async () => (await import('./operations/delete.js')).deleteBefore,
    'delete retain': async () => (await import('./operations/delete.js')).deleteRetain,
    'delete everything': async () => (await import('./operations/delete.js')).deleteEverything,
    'delete target': async () => (await import('./operations/delete.js')).deleteTarget,
    'delete garbage': async () => (await import('./operations/delete.js')).deleteGarbage,
    'pgbackrest backup-list': async () =>
      (await import('./operations/pgbackrest-backup-list.js')).pgbackrestBackupList,
    'pgbackrest backup-fetch': async () =>
      (await import('./operations/pgbackrest-backup-fetch.js')).pgbackrestBackupFetch,
    'pgbackrest wal-fetch': async () =>
      (await import('./operations/pgbackrest-wal-fetch.js')).pgbackrestWalFetch,
    'pgbackrest wal-show': async () =>
      (await import('./operations/pgbackrest-wal-show.js')).pgbackrestWalShow,
    restore: async () => (await import('./operations/restore.js')).restore,
    'st transfer pg-wals': async () => (await import('./operations/transfer-wal.js')).transferWal,
    status: async () => (await import('./operations/status.js')).status,
    'wal-fetch': async () => (await import('./operations/wal-fetch.js')).walFetch,
    'wal-prefetch': async () => (await import('./operations/wal-prefetch.js')).walPrefetch,
    'wal-show': async () => (await import('./operations/wal-show.js')).walShow,
    'wal-verify': async () => (await import('./operations/wal-verify.js')).walVerify,
    'wal-purge': async () => (await import('./operations/wal-purge.js')).walPurge,
    'wal-push': async () => (await import('./operations/wal-push.js')).walPush,
  },
})
