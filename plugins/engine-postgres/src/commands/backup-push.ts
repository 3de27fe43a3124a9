import { operationCommand } from '@walg/core/cli'
import { backupPush } from '../operations/backup-push.js'

export default operationCommand(backupPush, {
  examples: [
    '<%= config.bin %> pg backup-push /var/lib/postgresql/15/main',
    `<%= config.bin %> pg backup-push /var/lib/postgresql/15/main --permanent --add-user-data '{"before":"upgrade"}'`,
  ],
})
