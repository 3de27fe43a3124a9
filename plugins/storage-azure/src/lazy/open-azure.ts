import {
  AnonymousCredential,
  BlobBatchClient,
  ContainerClient,
  newPipeline,
  type RequestPolicyFactory,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { HttpTransport } from '@walg/http'
import type { StorageDriver } from '@walg/sdk'
import type { AzureOptions } from '../azure-options.js'
import { exchanges } from '../exchange.js'
import { AzureCalls } from './azure/azure-calls.js'
import { AzureDriver } from './azure/azure-driver.js'
import { httpClientOn } from './azure/http-client.js'
import { proxyAgentFor } from './azure/proxy-agent.js'

const CONNECT_TIMEOUT_MS = 30_000
const IDLE_TIMEOUT_MS = 60_000

export function openAzure(options: AzureOptions): StorageDriver {
  const { credentials, url, container } = options
  const proxyAgent = proxyAgentFor(url)
  const transport = new HttpTransport({
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    ...(proxyAgent && { proxyAgent }),
  })
  const pipeline = newPipeline(credentialOf(options), {
    // The client counts calls, not repetitions: core repeats.
    retryOptions: { maxTries: 1 },
    httpClient: httpClientOn(transport, options.deadlineMs),
  })
  pipeline.factories.unshift(ownHeaders(options.apiVersion))
  const sas = credentials.kind === 'sas' ? `?${credentials.sas}` : ''
  const containerUrl = `${url}/${encodeURIComponent(container)}${sas}`
  const calls = new AzureCalls(new ContainerClient(containerUrl, pipeline), options)
  return new AzureDriver(calls, new BlobBatchClient(containerUrl, pipeline), options, () => transport.close())
}

function credentialOf({ account, credentials }: AzureOptions) {
  if (credentials.kind === 'key') return new StorageSharedKeyCredential(account, credentials.key)
  return credentials.kind === 'sas' ? new AnonymousCredential() : credentials.tokens
}

/** Headers that the client would not send by itself, put in before it signs. */
function ownHeaders(apiVersion: string | undefined): RequestPolicyFactory {
  return {
    create: (next) => ({
      sendRequest: (request) => {
        if (apiVersion !== undefined) request.headers.set('x-ms-version', apiVersion)
        const md5 = exchanges.getStore()?.md5
        if (md5 !== undefined) request.headers.set('content-md5', md5)
        return next.sendRequest(request)
      },
    }),
  }
}
