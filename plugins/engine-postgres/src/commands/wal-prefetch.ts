import { operationCommand } from '@walg/core/cli'
import { walPrefetch } from '../operations/wal-prefetch.js'

export default operationCommand(walPrefetch, {
  hidden: true,
  examples: ['<%= config.bin %> pg wal-prefetch 000000010000000000000007 pg_wal/RECOVERYXLOG'],
})
