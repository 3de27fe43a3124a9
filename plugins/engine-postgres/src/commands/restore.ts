import { operationCommand } from '@walg/core/cli'
import { restore } from '../operations/restore.js'

export default operationCommand(restore, {
  examples: [
    '<%= config.bin %> pg restore /restore/main',
    "<%= config.bin %> pg restore /restore/main --to '2026-08-01 14:03:19' --plan",
    "<%= config.bin %> pg restore /restore/main --to '2026-08-01 14:03:19' --action promote",
  ],
})
