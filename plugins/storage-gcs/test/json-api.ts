import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A call as the stub has got it. */
export interface SeenCall {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** What a test does to a call instead of an answer, or before it. True: it is answered. */
export type Meddle = (call: SeenCall, answer: ServerResponse) => boolean | undefined

interface Stored {
  readonly bytes: Buffer
  readonly generation: string
  readonly metadata: object
}

interface Session {
  readonly name: string
  bytes: Buffer
  object?: object
}

/** As much of the JSON API as the driver uses, by its documentation: with resumable uploads and conditions as they should be. */
export class JsonApi {
  readonly objects = new Map<string, Stored>()
  readonly calls: SeenCall[] = []
  url = ''
  /** Before a call is done. */
  meddle: Meddle = () => undefined
  /** After a call is done, before it is answered. */
  meddleAfter: Meddle = () => undefined
  readonly #sessions = new Map<string, Session>()
  #generation = 1000

  async start(): Promise<this> {
    const server = createServer(async (request, answer) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of request) chunks.push(chunk)
      } catch {
        return
      }
      const url = new URL(request.url ?? '/', 'http://stub')
      const { method = '', headers } = request
      const body = Buffer.concat(chunks)
      const call = { method, path: url.pathname, query: url.searchParams, headers, body }
      this.calls.push(call)
      if (this.meddle(call, answer)) return
      const [status, result, more = {}] = this.#do(call)
      if (this.meddleAfter(call, answer)) return
      const bytes = Buffer.isBuffer(result) ? result : Buffer.from(JSON.stringify(result))
      answer.writeHead(status, { 'content-length': bytes.length, ...more }).end(bytes)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return this
  }

  /** Names of what is stored. */
  names(): readonly string[] {
    return [...this.objects.keys()].sort()
  }

  #do(call: SeenCall): [status: number, result: object | Buffer, headers?: Record<string, string>] {
    const { method, path, query, body } = call
    const [, name, action] = /^\/storage\/v1\/b\/bucket\/o\/([^/]+)(?:\/(\w+).*)?$/.exec(path) ?? []
    const key = name === undefined ? undefined : decodeURIComponent(name)
    if (path.startsWith('/session/')) return this.#session(path, call)
    if (path.startsWith('/upload/')) return this.#upload(call)
    if (key === undefined) {
      const found = this.names().filter((one) => one.startsWith(query.get('prefix') ?? ''))
      return [200, { items: found.map((one) => this.#describe(one)) }]
    }
    if (action === 'rewriteTo') return this.#rewrite(key!, path, query)
    if (action === 'compose') return this.#compose(key, query, body)
    if (!this.objects.has(key)) return refusal(404, 'notFound', `No such object: bucket/${key}`)
    if (!this.#isMet(key, query)) return refusal(412, 'conditionNotMet', 'no')
    if (method === 'DELETE') {
      this.objects.delete(key)
      return [204, Buffer.alloc(0)]
    }
    const { bytes, generation } = this.objects.get(key)!
    if (query.get('alt') === 'media') return [200, bytes, { 'x-goog-generation': generation }]
    return [200, this.#describe(key)]
  }

  #upload({ query, body, headers }: SeenCall): [number, object, Record<string, string>?] {
    if (query.get('uploadType') === 'resumable') {
      const name = query.get('name')!
      if (!this.#isMet(name, query)) return refusal(412, 'conditionNotMet', 'no')
      const id = `/session/${this.#sessions.size}`
      this.#sessions.set(id, { name, bytes: Buffer.alloc(0) })
      return [200, {}, { location: `${this.url}${id}` }]
    }
    const boundary = /boundary=(.*)$/.exec(headers['content-type'] ?? '')?.[1] ?? ''
    const json = body.subarray(body.indexOf('\r\n\r\n') + 4)
    const end = json.indexOf(`\r\n--${boundary}`)
    const { name, md5Hash } = JSON.parse(json.subarray(0, end).toString()) as {
      name: string
      md5Hash: string
    }
    const content = json.subarray(json.indexOf('\r\n\r\n') + 4, json.lastIndexOf(`\r\n--${boundary}--`))
    if (md5Hash !== md5(content)) return refusal(400, 'invalid', 'Provided MD5 hash does not match')
    if (!this.#isMet(name, query)) return refusal(412, 'conditionNotMet', 'no')
    return [200, this.#store(name, content)]
  }

  #session(id: string, { method, headers, body }: SeenCall): [number, object, Record<string, string>?] {
    const session = this.#sessions.get(id)
    if (!session) return refusal(410, 'gone', 'gone')
    if (method === 'DELETE') {
      this.#sessions.delete(id)
      return [499, {}]
    }
    if (session.object) return [200, session.object]
    const [, range, total] = /^bytes (\*|\d+-\d+)\/(\*|\d+)$/.exec(headers['content-range'] ?? '') ?? []
    if (range !== '*') {
      const from = Number(range?.split('-')[0])
      if (from !== session.bytes.length)
        return refusal(503, 'backendError', `${from} is not ${session.bytes.length}`)
      session.bytes = Buffer.concat([session.bytes, body])
    }
    if (Number(total) === session.bytes.length) {
      session.object = this.#store(session.name, session.bytes)
      return [200, session.object]
    }
    const has = session.bytes.length
    return [308, Buffer.alloc(0), has > 0 ? { range: `bytes=0-${has - 1}` } : {}]
  }

  /** Loses the end of what a session has, as the service may. */
  forget(bytes: number): void {
    for (const session of this.#sessions.values()) session.bytes = session.bytes.subarray(0, -bytes)
  }

  openSessions(): number {
    return [...this.#sessions.values()].filter(({ object }) => !object).length
  }

  #compose(key: string, query: URLSearchParams, body: Buffer): [number, object] {
    const { sourceObjects, destination } = JSON.parse(body.toString()) as {
      sourceObjects: readonly { name: string; objectPreconditions: { ifGenerationMatch: string } }[]
      destination: { metadata?: object }
    }
    if (sourceObjects.length > 32) return refusal(400, 'invalid', 'too many components')
    if (!this.#isMet(key, query)) return refusal(412, 'conditionNotMet', 'no')
    const sources = sourceObjects.map(({ name, objectPreconditions }) => {
      const found = this.objects.get(name)
      return found?.generation === objectPreconditions.ifGenerationMatch ? found.bytes : undefined
    })
    if (sources.includes(undefined)) return refusal(412, 'conditionNotMet', 'a source is another one')
    return [200, this.#store(key, Buffer.concat(sources as Buffer[]), destination.metadata)]
  }

  /** In two calls, as with large objects. */
  #rewrite(from: string, path: string, query: URLSearchParams): [number, object] {
    const to = decodeURIComponent(/[^/]*$/.exec(path)![0])
    if (!query.has('rewriteToken')) return [200, { done: false, rewriteToken: 'half' }]
    return [200, { done: true, resource: this.#store(to, this.objects.get(from)!.bytes) }]
  }

  #isMet(key: string, query: URLSearchParams): boolean {
    const wanted = query.get('ifGenerationMatch')
    return wanted === null || wanted === (this.objects.get(key)?.generation ?? '0')
  }

  #store(name: string, content: Uint8Array, metadata: object = {}): object {
    this.objects.set(name, { bytes: Buffer.from(content), generation: String(++this.#generation), metadata })
    return this.#describe(name)
  }

  #describe(name: string): object {
    const { bytes, generation, metadata } = this.objects.get(name)!
    const updated = new Date().toISOString()
    return { name, size: String(bytes.length), generation, updated, md5Hash: md5(bytes), metadata }
  }
}

export const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('base64')

function refusal(code: number, reason: string, message: string): [number, object] {
  return [code, { error: { code, message, errors: [{ reason, message }] } }]
}
