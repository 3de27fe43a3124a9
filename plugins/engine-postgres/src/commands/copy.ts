import { operationCommand } from '@walg/core/cli'
import { copy } from '../operations/copy.js'

export default operationCommand(copy, {
  examples: [
    '<%= config.bin %> pg copy --from /etc/walg.json --to /etc/walg-archive.json --backup-name LATEST',
    '<%= config.bin %> pg copy --from /etc/walg.json --to /etc/walg-archive.json --with-history',
  ],
})
