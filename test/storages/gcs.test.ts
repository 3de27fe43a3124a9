import { randomUUID } from 'node:crypto'
import { startFaultyLink } from '../support/toxiproxy.js'
import { describeConformance } from './conformance.js'
import { lacksGcs, startGcs } from './gcs-server.js'
import { describeNetworkFaults, IDLE_MS } from './network-faults.js'

const VARIANTS = [
  ['files', false],
  ['memory', false],
  ['memory', true],
] as const

for (const [backend, isResumable] of VARIANTS) {
  const mode = isResumable ? 'in one session' : 'in parts'
  describeConformance(`fake-gcs-server with ${backend}, large objects ${mode}`, lacksGcs, async () => {
    const server = await startGcs(backend)
    return { open: () => server.open({ isResumable }), stop: () => server.stop() }
  })
}

const PART_BYTES = 4_000_000

const startFaulty = async () => {
  const server = await startGcs('memory')
  const link = await startFaultyLink(server.service.port)
  return {
    link,
    async open() {
      const place = { root: `${randomUUID()}/`, chunkBytes: PART_BYTES, idleTimeoutMs: IDLE_MS }
      return {
        through: await server.open({ ...place, emulator: `http://127.0.0.1:${link.port}` }),
        past: await server.open(place),
      }
    },
    async stop() {
      await link.stop()
      await server.stop()
    },
  }
}

describeNetworkFaults('a link to fake-gcs-server that fails', lacksGcs, startFaulty, PART_BYTES)
