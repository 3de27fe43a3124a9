import Completion from './completion.js'
import ConfigCheck from './config-check.js'
import ConfigShow from './config-show.js'
import FlagsCommand from './flags.js'
import PluginsCreate from './plugins-create.js'
import Version from './version.js'

/** The host's own commands, by id. */
export const COMMANDS = {
  completion: Completion,
  'config:check': ConfigCheck,
  'config:show': ConfigShow,
  flags: FlagsCommand,
  'plugins:create': PluginsCreate,
  version: Version,
}
