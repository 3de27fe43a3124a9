import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

/** What leads to a URL by the proxy of the environment; undefined when it is reached directly. */
export function proxyAgentFor(url: string): Agent | undefined {
  const proxy = getProxyForUrl(url)
  return proxy === '' ? undefined : new HttpsProxyAgent(proxy, { keepAlive: true })
}
