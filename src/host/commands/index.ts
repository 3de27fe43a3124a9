import Completion from './completion.js'
import ConfigCheck from './config-check.js'
import ConfigShow from './config-show.js'
import FlagsCommand from './flags.js'
import Plugins from './plugins.js'
import PluginsCreate from './plugins-create.js'
import PluginsInspect from './plugins-inspect.js'
import PluginsInstall from './plugins-install.js'
import PluginsLink from './plugins-link.js'
import PluginsReset from './plugins-reset.js'
import PluginsUninstall from './plugins-uninstall.js'
import PluginsUpdate from './plugins-update.js'
import PluginsVerify from './plugins-verify.js'
import Version from './version.js'

/** The host's own commands, by id. */
export const COMMANDS = {
  completion: Completion,
  'config:check': ConfigCheck,
  'config:show': ConfigShow,
  flags: FlagsCommand,
  plugins: Plugins,
  'plugins:create': PluginsCreate,
  'plugins:inspect': PluginsInspect,
  'plugins:install': PluginsInstall,
  'plugins:link': PluginsLink,
  'plugins:reset': PluginsReset,
  'plugins:uninstall': PluginsUninstall,
  'plugins:update': PluginsUpdate,
  'plugins:verify': PluginsVerify,
  version: Version,
}
