import type { Agent } from 'node:http'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

/** Ways through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, one for each kind of URL. */
export function proxies(ca: string | undefined): (url: URL) => Agent | undefined {
  const agents = new Map<string, Agent>()
  return (url) => {
    const proxy = getProxyForUrl(url.href)
    if (proxy === '') return undefined
    const key = `${url.protocol}${proxy}`
    let agent = agents.get(key)
    if (!agent) {
      const options = { keepAlive: true, ...(ca !== undefined && { ca }) }
      agent =
        url.protocol === 'https:' ? new HttpsProxyAgent(proxy, options) : new HttpProxyAgent(proxy, options)
      agents.set(key, agent)
    }
    return agent
  }
}
