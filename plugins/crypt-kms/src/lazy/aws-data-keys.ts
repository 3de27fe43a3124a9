import { randomBytes } from 'node:crypto'
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { state } from '@aws-sdk/core/client'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { withRetry } from '@walg/kms'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'
import { awsError } from '../aws-errors.js'
import type { AwsKmsConfig } from '../aws-kms-config.js'
import type { DataKeys } from '../data-keys.js'

const DATA_KEY_BYTES = 32
const CONNECT_TIMEOUT_MS = 10_000
const CALL_TIMEOUT_MS = 30_000

/** Data keys that AWS KMS encrypts, as WAL-G makes them: 32 bytes at random, without an encryption context. */
export function awsDataKeys(config: AwsKmsConfig): DataKeys {
  // The SDK warns on stderr of every process about future releases of its own.
  state.warningEmitted = true
  const client = clientOf(config)
  const address = config.endpoint ?? `kms.${config.region ?? 'REGION'}.amazonaws.com`

  async function call<T>(doing: string, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    const what = `${doing} a data key with AWS KMS`
    return await withRetry(signal, async () => {
      try {
        return await send()
      } catch (error) {
        if (signal.aborted) throw signal.reason
        throw awsError(what, address, error)
      }
    })
  }

  return {
    async make(signal) {
      const plaintext = randomBytes(DATA_KEY_BYTES)
      const command = new EncryptCommand({ KeyId: config.keyId, Plaintext: plaintext })
      const { CiphertextBlob: ciphertext } = await call('encrypt', signal, () =>
        client.send(command, { abortSignal: signal }),
      )
      return { plaintext, ciphertext: ciphertext ?? new Uint8Array() }
    },
    async open(ciphertext, signal) {
      const command = new DecryptCommand({ CiphertextBlob: ciphertext })
      const { Plaintext: plaintext } = await call('decrypt', signal, () =>
        client.send(command, { abortSignal: signal }),
      )
      return plaintext ?? new Uint8Array()
    },
  }
}

function clientOf(config: AwsKmsConfig): KMSClient {
  const { region, endpoint, credentials, profile, credentialsFile, configFile, ca } = config
  const proxy = getProxyForUrl(endpoint ?? `https://kms.${region ?? 'any'}.amazonaws.com`)
  const tls = { keepAlive: true, ...(ca !== undefined && { ca }) }
  const isProxied = proxy !== '' && !endpoint?.startsWith('http:')
  const chain = fromNodeProviderChain({
    ...(profile !== undefined && { profile }),
    ...(credentialsFile !== undefined && { filepath: credentialsFile }),
    ...(configFile !== undefined && { configFilepath: configFile }),
    timeout: CONNECT_TIMEOUT_MS,
    maxRetries: 1,
  })
  return new KMSClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    credentials: credentials ?? chain,
    // Calls are repeated by us, for as long as for any KMS.
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: CALL_TIMEOUT_MS,
      httpsAgent: isProxied ? new HttpsProxyAgent(proxy, tls) : tls,
    }),
  })
}
