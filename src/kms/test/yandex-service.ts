import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly status: number
  readonly content: unknown
}

/** Plays the services of Yandex Cloud: IAM, metadata and a KMS whose ciphertexts begin with the id of the key. */
export class YandexService {
  readonly asked: Asked[] = []
  /** Taken instead of an answer, first to last. */
  readonly replies: Reply[] = []
  tokenLifetimeS = 43_200
  readonly #plaintexts = new Map<string, string>()
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<YandexService> {
    const server = createServer()
    const service = new YandexService(server)
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      const { method = '', url = '', headers } = request
      const asked = { method, path: url, headers, body: text ? JSON.parse(text) : {} }
      service.asked.push(asked)
      const { status, content } = service.replies.shift() ?? service.#answer(asked)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(content))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return service
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Calls of the KMS, without those for tokens. */
  get kmsCalls(): readonly Asked[] {
    return this.asked.filter(({ path }) => path.startsWith('/kms/'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer({ path, body }: Asked): Reply {
    if (path === '/iam/v1/tokens')
      return ok({ iamToken: 'token-of-key', expiresAt: new Date(Date.now() + this.tokenLifetimeS * 1000) })
    if (path.startsWith('/computeMetadata/'))
      return ok({ access_token: 'token-of-instance', expires_in: this.tokenLifetimeS, token_type: 'Bearer' })
    const [, keyId = '', method] = /^\/kms\/v1\/keys\/([^/:]+):(\w+)$/.exec(path) ?? []
    const sealed = (plain: Buffer) => {
      const ciphertext = Buffer.concat([Buffer.from(`${keyId}:`), randomBytes(32)]).toString('base64')
      this.#plaintexts.set(ciphertext, plain.toString('base64'))
      return ciphertext
    }
    if (method === 'encrypt')
      return ok({ ciphertext: sealed(Buffer.from(String(body['plaintext']), 'base64')) })
    if (method === 'generateDataKey') {
      const key = randomBytes(32)
      return ok({ dataKeyPlaintext: key.toString('base64'), dataKeyCiphertext: sealed(key) })
    }
    const ciphertext = String(body['ciphertext'])
    const plaintext = this.#plaintexts.get(ciphertext)
    const isOfKey = Buffer.from(ciphertext, 'base64').toString('latin1').startsWith(`${keyId}:`)
    if (plaintext === undefined || !isOfKey)
      return { status: 400, content: { code: 3, message: 'Invalid ciphertext' } }
    return ok({ plaintext })
  }
}

const ok = (content: unknown): Reply => ({ status: 200, content })
