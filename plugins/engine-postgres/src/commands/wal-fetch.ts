import { operationCommand } from '@walg/core/cli'
import { walFetch } from '../operations/wal-fetch.js'

export default operationCommand(walFetch, {
  examples: [
    '<%= config.bin %> pg wal-fetch 000000010000000000000007 /var/lib/postgresql/15/main/pg_wal/RECOVERYXLOG',
  ],
})
