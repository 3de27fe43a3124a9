import { startFaultyLink } from '../support/toxiproxy.js'
import { lacksAzure, startAzure } from './azure-server.js'
import { describeConformance } from './conformance.js'
import { describeNetworkFaults, IDLE_MS } from './network-faults.js'

const BLOCK_BYTES = 4_000_000

describeConformance('Azurite', lacksAzure, async () => {
  const server = await startAzure()
  return { open: () => server.open(), stop: () => server.stop() }
})

describeNetworkFaults(
  'a link to Azurite that fails',
  lacksAzure,
  async () => {
    const server = await startAzure()
    const link = await startFaultyLink(server.service.port)
    return {
      link,
      async open() {
        const { WALG_AZ_PREFIX } = server.settings() as Record<string, string>
        const place = { WALG_AZ_PREFIX: WALG_AZ_PREFIX!, AZURE_BUFFER_SIZE: String(BLOCK_BYTES) }
        return {
          through: await server.openImpatient({ ...server.settings(link.port), ...place }, IDLE_MS),
          past: await server.open(place),
        }
      },
      async stop() {
        await link.stop()
        await server.stop()
      },
    }
  },
  BLOCK_BYTES,
)
