import { operationCommand } from '@walg/core/cli'
import { walPush } from '../operations/wal-push.js'

export default operationCommand(walPush, {
  examples: ['<%= config.bin %> pg wal-push /var/lib/postgresql/15/main/pg_wal/000000010000000000000007'],
})
