import { operationCommand } from '@walg/core/cli'
import { walShow } from '../operations/wal-show.js'

export default operationCommand(walShow, {
  examples: [
    '<%= config.bin %> pg wal-show',
    '<%= config.bin %> pg wal-show --detailed-json --without-backups',
  ],
})
