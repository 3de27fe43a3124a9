import { operationCommand } from '@walg/core/cli'
import { backupList } from '../operations/backup-list.js'

export default operationCommand(backupList, {
  examples: ['<%= config.bin %> pg backup-list', '<%= config.bin %> pg backup-list --detail --json'],
})
