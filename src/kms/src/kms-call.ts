import { HttpTransport } from '@walg/http'
import { isWalgError } from '@walg/sdk'
import { connectionError, type KmsFailure, kmsError } from './kms-errors.js'

const CONNECT_TIMEOUT_MS = 10_000
const CALL_TIMEOUT_MS = 30_000
/** Answers are a few hundred bytes. */
const MOST_ANSWER_BYTES = 1024 * 1024

export interface KmsCall {
  /** For messages: "decrypt a data key with Yandex KMS". */
  readonly what: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Absent: GET. */
  readonly body?: unknown
  readonly signal: AbortSignal
}

/** JSON there and back. Errors of the service are told apart by its status; nothing is repeated here. */
export class KmsCalls {
  readonly #transport = new HttpTransport({
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: CALL_TIMEOUT_MS,
  })

  async send({ what, url, headers, body, signal }: KmsCall): Promise<Readonly<Record<string, unknown>>> {
    const address = new URL(url).host
    const answer = await this.#transport.send({
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: [Buffer.from(JSON.stringify(body))] }),
      signal,
      deadlineMs: CALL_TIMEOUT_MS,
      fail: (error) => (isWalgError(error) ? error : connectionError(what, address, error)),
    })
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of answer.body) {
      length += chunk.length
      if (length > MOST_ANSWER_BYTES) throw kmsError('refused', what, `the answer of ${address} is too long`)
      chunks.push(chunk)
    }
    const content = parsed(Buffer.concat(chunks).toString())
    if (answer.status === 200 && content) return content
    if (answer.status === 200) throw kmsError('refused', what, `the answer of ${address} is no JSON`)
    const why = typeof content?.['message'] === 'string' ? content['message'] : `HTTP ${answer.status}`
    throw kmsError(failureOf(answer.status, why), what, `${why} (${address})`)
  }

  close(): void {
    this.#transport.close()
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function failureOf(status: number, why: string): KmsFailure {
  if (status === 401 || status === 403) return 'permission'
  if (status === 404) return 'key'
  if (status === 429 || status >= 500) return 'unavailable'
  return status === 400 && /ciphertext|decrypt/i.test(why) ? 'ciphertext' : 'refused'
}
