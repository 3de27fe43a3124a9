import { operationCommand } from '@walg/core/cli'
import { configShow } from '../config/config-show.js'

export default operationCommand(configShow, {
  examples: ['<%= config.bin %> config show', '<%= config.bin %> config show --config /etc/walg.yaml --json'],
})
