import { operationCommand } from '@walg/core/cli'
import { catchupList } from '../operations/catchup-list.js'

export default operationCommand(catchupList, { examples: ['<%= config.bin %> pg catchup-list'] })
