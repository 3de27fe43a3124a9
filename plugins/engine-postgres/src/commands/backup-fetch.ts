import { operationCommand } from '@walg/core/cli'
import { backupFetch } from '../operations/backup-fetch.js'

export default operationCommand(backupFetch, {
  examples: [
    '<%= config.bin %> pg backup-fetch /var/lib/postgresql/15/restored LATEST',
    '<%= config.bin %> pg backup-fetch /var/lib/postgresql/15/restored base_000000010000000000000002 --restore-spec spec.json',
    `<%= config.bin %> pg backup-fetch /var/lib/postgresql/15/restored --target-user-data '{"before":"upgrade"}'`,
  ],
})
