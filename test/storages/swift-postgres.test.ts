import { randomUUID } from 'node:crypto'
import { describePostgresRoundTrip } from '../e2e/postgres/round-trip.js'
import { lacksService } from '../support/services.js'
import { startSwift } from '../support/swift.js'

describePostgresRoundTrip(
  'storage-swift',
  { plugin: 'storage-swift', lacking: lacksService('swift') },
  async () => {
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
  },
)
