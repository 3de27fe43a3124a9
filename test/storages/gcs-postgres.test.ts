import { randomUUID } from 'node:crypto'
import { describePostgresRoundTrip } from '../e2e/postgres/round-trip.js'
import { lacksGcs, startGcs } from './gcs-server.js'

describePostgresRoundTrip('storage-gcs', { plugin: 'storage-gcs', lacking: lacksGcs }, async () => {
  const server = await startGcs('memory')
  return {
    settings: async () => ({
      WALG_GS_PREFIX: `gs://${server.bucket}/${randomUUID()}`,
      STORAGE_EMULATOR_HOST: server.service.url,
    }),
    stop: () => server.stop(),
  }
})
