import { randomUUID } from 'node:crypto'
import { pluginContext } from '@walg/testkit'
import storage from '../../plugins/storage-swift/src/storage.js'
import { lacksService } from '../support/services.js'
import { startSwift } from '../support/swift.js'
import { startFaultyLink } from '../support/toxiproxy.js'
import { describeNetworkFaults, IDLE_MS } from './network-faults.js'

const SEGMENT_BYTES = 8 * 1024 * 1024

describeNetworkFaults(
  'Swift on a bad network',
  lacksService('swift', 'toxiproxy'),
  async () => {
    const server = await startSwift('own')
    const container = await server.container()
    const link = await startFaultyLink(server.service.port)
    return {
      link,
      async open() {
        const prefix = `swift://${container}/${randomUUID()}`
        const common = {
          ...server.settings,
          WALG_SWIFT_PREFIX: prefix,
          SWIFT_SEGMENT_SIZE: String(SEGMENT_BYTES),
        }
        const impatient = { GOSWIFT_TIMEOUT: `${IDLE_MS}ms`, GOSWIFT_CONNECT_TIMEOUT: `${IDLE_MS}ms` }
        return {
          through: await storage.open(
            pluginContext({
              ...common,
              ...impatient,
              OS_AUTH_URL: server.settings['OS_AUTH_URL']!.replace(
                `:${server.service.port}/`,
                `:${link.port}/`,
              ),
            }),
          ),
          past: await storage.open(pluginContext(common)),
        }
      },
      async stop() {
        await link.stop()
        await server.stop()
      },
    }
  },
  SEGMENT_BYTES,
)
