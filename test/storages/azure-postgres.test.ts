import { lacksAzure, startAzure } from './azure-server.js'
import { describePostgresRoundTrip } from './postgres-round-trip.js'

describePostgresRoundTrip('storage-azure', lacksAzure, async () => {
  const server = await startAzure()
  return { isByFile: true, settings: async () => server.settings(), stop: () => server.stop() }
})
