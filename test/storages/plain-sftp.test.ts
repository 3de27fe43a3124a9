import { storageKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import { openSshDriver } from '../../plugins/storage-ssh/src/lazy/ssh-driver.js'
import { accessTo } from '../../plugins/storage-ssh/test/access.js'
import { startTestServer } from '../../plugins/storage-ssh/test/sftp-server.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** Without the rename of OpenSSH the old object has to go before the new one can have its name. */
const BEYOND_PLAIN_SFTP = 'an object that is being replaced is always there, and whole'

describe('storage kit, on a server without the extensions of OpenSSH', () => {
  for (const check of storageKit) {
    test(check.name, async ({ skip, signal }) => {
      if (check.name === BEYOND_PLAIN_SFTP) skip('SFTP has no rename that replaces')
      const server = await startTestServer({ root: temporaryFolder() })
      const driver = openSshDriver(accessTo(server))
      try {
        if (check.needs?.(driver.capabilities) === false) skip('not one of its capabilities')
        await check.run({ driver, signal })
      } finally {
        await driver.close()
      }
    })
  }
})
