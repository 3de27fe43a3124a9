import type { Agent } from 'node:http'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

export interface ProxyAgents {
  readonly http: Agent | undefined
  readonly https: Agent | undefined
}

/**
 * Agents that go through what `HTTP_PROXY` and `HTTPS_PROXY` name, where `NO_PROXY` does not forbid it for the host; undefined
 * where there is no proxy. Without a host, for any.
 */
export function proxyAgents(ca: string | undefined, host = 'host.invalid'): ProxyAgents | undefined {
  const [forHttp, forHttps] = [getProxyForUrl(`http://${host}`), getProxyForUrl(`https://${host}`)]
  if (!forHttp && !forHttps) return undefined
  const options = { keepAlive: true, ...(ca !== undefined && { ca }) }
  return {
    http: forHttp ? new HttpProxyAgent(forHttp, options) : undefined,
    https: forHttps ? (new HttpsProxyAgent(forHttps, options) as unknown as Agent) : undefined,
  }
}
