import { operationCommand } from '@walg/core/cli'
import { status } from '../operations/status.js'

export default operationCommand(status, {
  examples: [
    '<%= config.bin %> pg status',
    '<%= config.bin %> pg status --max-backup-age 26h --max-archive-lag 15m --json',
    '<%= config.bin %> pg status --keep-days 14 --keep-weekly 8',
    '<%= config.bin %> pg status --html /var/www/html/backups.html',
  ],
})
