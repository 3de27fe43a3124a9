import { operationCommand } from '@walg/core/cli'
import { walPurge } from '../operations/wal-purge.js'

export default operationCommand(walPurge, {
  examples: [
    '<%= config.bin %> pg wal-purge --older-than 30d',
    '<%= config.bin %> pg wal-purge --timeline 2 --confirm',
  ],
})
