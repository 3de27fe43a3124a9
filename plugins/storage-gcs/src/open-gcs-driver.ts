import { HttpTransport } from '@walg/http'
import type { Log, Secret } from '@walg/sdk'
import { noAuth } from './auth.js'
import { encryptionHeaders } from './encryption-key.js'
import { GcsApi } from './gcs-api.js'
import { GcsDriver } from './gcs-driver.js'
import type { GcsPlace } from './gcs-prefix.js'

const GOOGLE = 'https://storage.googleapis.com'
const CONNECT_TIMEOUT_MS = 30_000
const IDLE_TIMEOUT_MS = 60_000

/** The settings of the user, read. */
export interface OpenOptions extends GcsPlace {
  readonly encryptionKey: Secret | undefined
  readonly deadlineMs: number
  readonly isResumable: boolean
  readonly chunkBytes?: number
  readonly attempts?: number
  /** As in STORAGE_EMULATOR_HOST. */
  readonly emulator?: string
  readonly keyFile?: string
  /** For how long a connection may be silent; a minute without it. */
  readonly idleTimeoutMs?: number
  readonly log: Log
}

/** A driver of one bucket. Google's library is loaded only where there are credentials to be had: not for an emulator. */
export async function openGcsDriver(options: OpenOptions): Promise<GcsDriver> {
  const { bucket, root, emulator, chunkBytes, attempts, log } = options
  const encryption = encryptionHeaders(options.encryptionKey)
  const endpoint = emulator === undefined ? GOOGLE : emulatorEndpoint(emulator)
  const auth = emulator === undefined ? await loadGoogleAuth(options.keyFile) : noAuth
  const proxyAgent = await proxyFor(endpoint)
  const transport = new HttpTransport({
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    ...(proxyAgent && { proxyAgent }),
  })
  return new GcsDriver({
    api: new GcsApi({ endpoint, bucket, auth, transport, deadlineMs: options.deadlineMs }),
    root,
    encryption,
    isResumable: options.isResumable,
    ...(chunkBytes !== undefined && { chunkBytes }),
    preferences: {
      ...(chunkBytes !== undefined && { partBytes: chunkBytes }),
      ...(attempts !== undefined && { attempts }),
    },
    onLeftover: (name, error) =>
      log.warn(`unable to delete the parts of an upload in ${name}: ${String(error)}`),
    onClose: () => transport.close(),
  })
}

/** As the clients of Google for Go: without a scheme it is http. */
function emulatorEndpoint(host: string): string {
  return (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/\/+$/, '')
}

async function loadGoogleAuth(keyFile: string | undefined) {
  const { googleAuth } = await import('./lazy/google-auth.js')
  return googleAuth(keyFile)
}

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as for every client of Google. */
async function proxyFor(endpoint: string) {
  const isSet = ['https_proxy', 'http_proxy', 'all_proxy'].some(
    (name) => process.env[name] || process.env[name.toUpperCase()],
  )
  if (!isSet) return undefined
  const { proxyAgentFor } = await import('./lazy/proxy-agent.js')
  return proxyAgentFor(endpoint)
}
