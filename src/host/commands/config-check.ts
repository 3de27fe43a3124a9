import { operationCommand } from '@walg/core/cli'
import { configCheck } from '../config/config-check.js'

export default operationCommand(configCheck, { examples: ['<%= config.bin %> config check'] })
