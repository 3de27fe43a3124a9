import type { Service } from './services.js'
import { freePorts, startService } from './services.js'

/** `upstream` is what the client sends, `downstream` what it gets. */
export type Direction = 'upstream' | 'downstream'

/** A proxy in front of a server, which does to connections what one asks for. */
export interface FaultyLink {
  readonly port: number
  /** Ends every connection in an orderly way after so many bytes, counted from now or from its beginning. */
  cutAfter(bytes: number, direction: Direction): Promise<void>
  /** Swallows what comes, and keeps connections open. */
  stall(direction: Direction): Promise<void>
  /** Resets connections after so many milliseconds. */
  resetAfter(ms: number): Promise<void>
  /** Kilobytes per second. */
  slow(rate: number, direction: Direction): Promise<void>
  /** Ends connections and takes no new ones. */
  down(): Promise<void>
  /** As if nothing had been. */
  heal(): Promise<void>
  stop(): Promise<void>
}

/** Starts toxiproxy in front of a port of this machine. */
export async function startFaultyLink(upstreamPort: number): Promise<FaultyLink> {
  const proxy: Service = await startService('toxiproxy')
  const port = await freePorts(1)
  const api = async (method: string, path: string, body?: object) => {
    const answer = await fetch(proxy.url + path, { method, ...(body && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`toxiproxy: ${answer.status} ${await answer.text()}`)
  }
  const toxic = async (type: string, stream: Direction, attributes: object) =>
    await api('POST', '/proxies/server/toxics', { name: `${type}-${stream}`, type, stream, attributes })
  await api('POST', '/proxies', {
    name: 'server',
    listen: `127.0.0.1:${port}`,
    upstream: `127.0.0.1:${upstreamPort}`,
    enabled: true,
  })
  return {
    port,
    cutAfter: async (bytes, direction) => await toxic('limit_data', direction, { bytes }),
    stall: async (direction) => await toxic('timeout', direction, { timeout: 0 }),
    resetAfter: async (ms) => await toxic('reset_peer', 'downstream', { timeout: ms }),
    slow: async (rate, direction) => await toxic('bandwidth', direction, { rate }),
    down: async () => await api('POST', '/proxies/server', { enabled: false }),
    heal: async () => await api('POST', '/reset'),
    stop: async () => await proxy.stop(),
  }
}
