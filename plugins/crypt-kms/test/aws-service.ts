import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Call {
  readonly operation: string
  readonly body: Readonly<Record<string, string>>
}

/** Plays AWS KMS over plain HTTP. */
export class AwsKmsService {
  readonly calls: Call[] = []
  /** Taken instead of an answer, first to last. */
  readonly refusals: { readonly status: number; readonly type: string; readonly message: string }[] = []
  blobBytes = 184
  readonly #keys = new Map<string, string>()
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<AwsKmsService> {
    const server = createServer()
    const service = new AwsKmsService(server)
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
      const body = JSON.parse(Buffer.concat(chunks).toString())
      service.calls.push({ operation, body })
      const refusal = service.refusals.shift() ?? service.#refusalOf(operation, body)
      const { status, type, message } = refusal ?? { status: 200, type: '', message: '' }
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(refusal ? { __type: type, message } : service.#answer(operation, body)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return service
  }

  get settings(): Readonly<Record<string, string>> {
    const { port } = this.#server.address() as AddressInfo
    return {
      WALG_CSE_KMS_ID: 'alias/test',
      WALG_CSE_KMS_REGION: 'eu-test-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'swordfish',
      AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}`,
    }
  }

  get operations(): readonly string[] {
    return this.calls.map(({ operation }) => operation)
  }

  /** Makes the KMS know the data key of an object that was made elsewhere. */
  know(blob: Uint8Array, key: Uint8Array): void {
    this.#keys.set(Buffer.from(blob).toString('base64'), Buffer.from(key).toString('base64'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #refusalOf(operation: string, body: Readonly<Record<string, string>>) {
    if (operation !== 'Decrypt' || this.#keys.has(body['CiphertextBlob'] ?? '')) return undefined
    return { status: 400, type: 'InvalidCiphertextException', message: '' }
  }

  #answer(operation: string, body: Readonly<Record<string, string>>) {
    if (operation === 'Decrypt')
      return { KeyId: 'x', Plaintext: this.#keys.get(body['CiphertextBlob'] ?? '') }
    const blob = randomBytes(this.blobBytes).toString('base64')
    this.#keys.set(blob, body['Plaintext'] ?? '')
    return { KeyId: body['KeyId'], CiphertextBlob: blob }
  }
}
