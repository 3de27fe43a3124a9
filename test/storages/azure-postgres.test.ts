import { describePostgresRoundTrip } from '../e2e/postgres/round-trip.js'
import { lacksAzure, startAzure } from './azure-server.js'

describePostgresRoundTrip('storage-azure', { plugin: 'storage-azure', lacking: lacksAzure }, async () => {
  const server = await startAzure()
  return { isByFile: true, settings: async () => server.settings(), stop: () => server.stop() }
})
