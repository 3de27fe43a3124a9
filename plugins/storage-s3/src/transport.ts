import { type Log, WalgError } from '@walg/sdk'
import { answerText } from './answer-body.js'
import { type HttpAnswer, HttpClient, type HttpRequest, type Peer } from './http-client.js'
import type { S3Config } from './s3-config.js'

const NODE_SOURCE_MS = 5_000
/** How long the node that the source has named is used. */
const NODE_KEPT_MS = 10_000
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']

/** Carries requests to the server, or to the node past its balancer. Both ways of this storage use it. */
export class Transport {
  readonly #config: S3Config
  readonly #log: Log
  #client: Promise<HttpClient> | undefined
  #node: { readonly host: Promise<string | undefined>; readonly untilMs: number } | undefined

  constructor(config: S3Config, log: Log) {
    this.#config = config
    this.#log = log
  }

  async send(peer: Peer, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    this.#client ??= this.#open(peer.hostname)
    const client = await this.#client
    const token = this.#config.credentials.isYandex ? request.headers['x-amz-security-token'] : undefined
    const whole =
      token === undefined
        ? request
        : { ...request, headers: { ...request.headers, 'x-yacloud-subjecttoken': token } }
    const started = performance.now()
    const note = (outcome: string) => {
      if (!this.#config.isLogged) return
      const ms = Math.round(performance.now() - started)
      this.#log.info(
        `S3 ${request.method} ${peer.hostname}${request.path.split('?')[0]}: ${outcome}, ${ms} ms`,
      )
    }
    try {
      const answer = await client.send(await this.#nodeFor(peer, client, signal), whole, signal)
      note(`${answer.status}, request ${String(answer.headers['x-amz-request-id'] ?? 'without id')}`)
      return answer
    } catch (error) {
      // The next request asks for another node.
      this.#node = undefined
      note(error instanceof Error ? error.message : 'failed')
      throw error
    }
  }

  async #open(hostname: string): Promise<HttpClient> {
    const isProxied = PROXY_VARIABLES.some((name) => process.env[name] || process.env[name.toLowerCase()])
    const lazy = isProxied ? await import('./lazy/proxy.js') : undefined
    return new HttpClient({
      ca: this.#config.ca,
      asksToContinue: this.#config.asksToContinue,
      idleMs: this.#config.idleMs,
      proxyAgents: lazy?.proxyAgents(this.#config.ca, hostname),
    })
  }

  /** `S3_ENDPOINT_SOURCE` answers with the address of a node; whatever fails there leaves the balancer. */
  async #nodeFor(peer: Peer, client: HttpClient, signal: AbortSignal): Promise<Peer> {
    const source = this.#config.nodeSource
    if (!source) return peer
    if (!this.#node || this.#node.untilMs < performance.now()) {
      const host = this.#askForNode(source.url, client).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        this.#log.error(`unable to get a node from S3_ENDPOINT_SOURCE: ${why}; using the endpoint itself`)
        return undefined
      })
      this.#node = { host, untilMs: performance.now() + NODE_KEPT_MS }
    }
    const host = await this.#node.host
    signal.throwIfAborted()
    if (host === undefined) return peer
    return {
      isTls: source.isTls ?? peer.isTls,
      hostname: host,
      port: source.port,
      serverName: peer.serverName,
    }
  }

  async #askForNode(address: string, client: HttpClient): Promise<string> {
    const url = new URL(address)
    const peer: Peer = {
      isTls: url.protocol === 'https:',
      hostname: url.hostname,
      port: url.port === '' ? undefined : Number(url.port),
      serverName: url.hostname,
    }
    const signal = AbortSignal.timeout(NODE_SOURCE_MS)
    const request = { method: 'GET', path: `${url.pathname}${url.search}`, headers: { host: url.host } }
    const answer = await client.send(peer, request, signal)
    const text = await answerText(answer.message, {
      signal,
      idleMs: NODE_SOURCE_MS,
      failed: (error) => error,
    })
    const host = text.trim()
    if (answer.status === 200 && /^[a-z0-9.:-]+$/i.test(host)) return host
    throw new WalgError('E_STORAGE_UNAVAILABLE', `it answers ${answer.status} and no host name`)
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    client?.close()
  }
}
