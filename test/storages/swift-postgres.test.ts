import { randomUUID } from 'node:crypto'
import { lacksService } from '../support/services.js'
import { startSwift } from '../support/swift.js'
import { describePostgresRoundTrip } from './postgres-round-trip.js'

describePostgresRoundTrip('storage-swift', lacksService('swift'), async () => {
  const server = await startSwift('own')
  const container = await server.container()
  return {
    async settings() {
      return {
        ...server.settings,
        WALG_SWIFT_PREFIX: `swift://${container}/${randomUUID()}`,
        // Small, so that a small backup has several segments.
        SWIFT_SEGMENT_SIZE: '1MiB',
      }
    },
    stop: () => server.stop(),
  }
})
