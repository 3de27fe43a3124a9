import { operationCommand } from '@walg/core/cli'
import { walVerify } from '../operations/wal-verify.js'

export default operationCommand(walVerify, {
  examples: [
    '<%= config.bin %> pg wal-verify integrity timeline',
    '<%= config.bin %> pg wal-verify integrity --timeline 1 --lsn 0/29000028 --json',
  ],
})
