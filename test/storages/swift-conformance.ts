import { randomUUID } from 'node:crypto'
import { pluginContext } from '@walg/testkit'
import storage from '../../plugins/storage-swift/src/storage.js'
import { lacksService } from '../support/services.js'
import { startSwift } from '../support/swift.js'
import { describeConformance } from './conformance.js'

const LACKING = { own: lacksService('swift'), keystone: lacksService('swift', 'keystone') }

/** The storage kit on Swift, with users that it keeps itself (auth v1) or that Keystone keeps (v3). */
export function describeSwift(users: 'own' | 'keystone'): void {
  describeConformance(`Swift with ${users} users`, LACKING[users], async () => {
    const server = await startSwift(users)
    const container = await server.container()
    return {
      open: () =>
        storage.open(
          pluginContext({ ...server.settings, WALG_SWIFT_PREFIX: `swift://${container}/${randomUUID()}` }),
        ),
      stop: () => server.stop(),
    }
  })
}
