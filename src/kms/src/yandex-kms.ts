import { keptToken, tokenOfInstance, tokenOfKeyFile } from './iam-token.js'
import { KmsCalls } from './kms-call.js'
import { kmsError } from './kms-errors.js'
import { KMS_RETRY, type RetryPolicy, withRetry } from './retry.js'

export interface YandexKmsOptions {
  /** JSON file of a service account's key; absent: the service account of the instance, by its metadata service. */
  readonly serviceAccountKeyFile?: string | undefined
  /** Where the KMS is; `host:port` or a URL. */
  readonly endpoint?: string | undefined
  /** Where tokens are given for a service account's key. */
  readonly iamEndpoint?: string | undefined
  /** Where the metadata service of the instance is. */
  readonly metadataEndpoint?: string | undefined
  readonly retry?: RetryPolicy
  readonly now?: () => number
}

export interface DataKey {
  /** 32 bytes. */
  readonly plaintext: Uint8Array
  readonly ciphertext: Uint8Array
}

/**
 * Yandex KMS. Calls are repeated while that may help, and reject with `E_CRYPT_KMS_*`; with `E_CRYPT_KEY` when what should be
 * decrypted was not encrypted with the key.
 */
export interface YandexKms {
  encrypt(keyId: string, plaintext: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  decrypt(keyId: string, ciphertext: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /** A new key for AES-256. */
  generateDataKey(keyId: string, signal: AbortSignal): Promise<DataKey>
  /** Ends idle connections. */
  close(): void
}

/** Calls nothing yet. */
export function openYandexKms(options: YandexKmsOptions = {}): YandexKms {
  const { serviceAccountKeyFile, retry = KMS_RETRY, now = Date.now } = options
  const endpoint = urlOf(options.endpoint, 'https://kms.yandex')
  const iamEndpoint = urlOf(options.iamEndpoint, 'https://iam.api.cloud.yandex.net')
  const metadataEndpoint = urlOf(options.metadataEndpoint, 'http://169.254.169.254')
  const calls = new KmsCalls()
  const tokens = keptToken(
    (signal) =>
      serviceAccountKeyFile
        ? tokenOfKeyFile(calls, iamEndpoint, serviceAccountKeyFile, now, signal)
        : tokenOfInstance(calls, metadataEndpoint, now, signal),
    now,
  )

  async function call(keyId: string, method: string, body: object, doing: string, signal: AbortSignal) {
    const what = `${doing} with the key ${keyId} of Yandex KMS`
    const answer = await withRetry(
      signal,
      async () => {
        const token = await tokens.token(signal)
        const url = `${endpoint}/kms/v1/keys/${encodeURIComponent(keyId)}:${method}`
        return await calls.send({ what, url, headers: { authorization: `Bearer ${token}` }, body, signal })
      },
      retry,
    )
    return (name: string) => {
      const value = answer[name]
      if (typeof value !== 'string') throw kmsError('refused', what, `the answer lacks ${name}`)
      return Buffer.from(value, 'base64')
    }
  }

  return {
    async encrypt(keyId, plaintext, signal) {
      const body = { plaintext: Buffer.from(plaintext).toString('base64') }
      const answer = await call(keyId, 'encrypt', body, 'encrypt', signal)
      return answer('ciphertext')
    },
    async decrypt(keyId, ciphertext, signal) {
      const body = { ciphertext: Buffer.from(ciphertext).toString('base64') }
      const answer = await call(keyId, 'decrypt', body, 'decrypt', signal)
      return answer('plaintext')
    },
    async generateDataKey(keyId, signal) {
      const body = { dataKeySpec: 'AES_256' }
      const answer = await call(keyId, 'generateDataKey', body, 'make a data key', signal)
      return { plaintext: answer('dataKeyPlaintext'), ciphertext: answer('dataKeyCiphertext') }
    },
    close: () => calls.close(),
  }
}

function urlOf(endpoint: string | undefined, standard: string): string {
  if (!endpoint) return standard
  const url = /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`
  return url.replace(/\/+$/, '')
}
