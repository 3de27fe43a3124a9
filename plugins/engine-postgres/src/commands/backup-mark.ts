import { operationCommand } from '@walg/core/cli'
import { backupMark } from '../operations/backup-mark.js'

export default operationCommand(backupMark, {
  examples: [
    '<%= config.bin %> pg backup-mark base_000000010000000000000002',
    '<%= config.bin %> pg backup-mark base_000000010000000000000002 --impermanent',
  ],
})
