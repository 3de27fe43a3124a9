import { randomUUID } from 'node:crypto'
import { lacksGcs, startGcs } from './gcs-server.js'
import { describePostgresRoundTrip } from './postgres-round-trip.js'

describePostgresRoundTrip('storage-gcs', lacksGcs, async () => {
  const server = await startGcs('memory')
  return {
    settings: async () => ({
      WALG_GS_PREFIX: `gs://${server.bucket}/${randomUUID()}`,
      STORAGE_EMULATOR_HOST: server.service.url,
    }),
    stop: () => server.stop(),
  }
})
