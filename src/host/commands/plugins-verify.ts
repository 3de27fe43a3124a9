import { join } from 'node:path'
import { parseCommandLine } from '@walg/core'
import { operationCommand } from '@walg/core/cli'
import { isWalgError } from '@walg/sdk'
import { npmProgram } from '../plugins/npm.js'
import { findPackage } from '../plugins/verify/find-package.js'
import { guestSettings } from '../plugins/verify/guest-settings.js'
import { pluginsVerify } from '../plugins/verify/plugins-verify.js'
import { allPlugins } from '../registry/installed-plugins.js'

/** The host's folder: the one that holds package.json and dist. */
const HOST_ROOT = join(__dirname, '..')

const operation = pluginsVerify({
  plugins: () => allPlugins(HOST_ROOT),
  async tools() {
    const path = './plugin-tools.cjs'
    return require(path)
  },
  npm() {
    try {
      return npmProgram(HOST_ROOT)
    } catch (error) {
      if (isWalgError(error)) return undefined
      throw error
    }
  },
})

export default operationCommand(operation, {
  examples: [
    '<%= config.bin %> plugins verify .',
    'WALG_TAPE_PREFIX=tape://st0/scratch <%= config.bin %> plugins verify walg-storage-tape --json',
  ],
  host(host, argv) {
    const { plugin = '' } = parseCommandLine(operation, argv).input.args
    return { ...host, guest: guestSettings(findPackage(plugin, allPlugins(HOST_ROOT)).dir) }
  },
})
