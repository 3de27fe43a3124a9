import { randomUUID } from 'node:crypto'
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import type { StorageDriver } from '@walg/sdk'
import { pluginContext } from '@walg/testkit'
import { openAzure } from '../../plugins/storage-azure/src/lazy/open-azure.js'
import { readOptions } from '../../plugins/storage-azure/src/read-options.js'
import storageAzure from '../../plugins/storage-azure/src/storage.js'
import { lacksService, type Service, startService } from '../support/services.js'

export const ACCOUNT = 'devstoreaccount1'
/** Published by Microsoft; every Azurite has it. */
export const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
const CONTAINER = 'walgtest'

export const lacksAzure = lacksService('azurite', 'toxiproxy')

/** A running Azurite with a container. */
export interface AzureServer {
  readonly service: Service
  readonly container: ContainerClient
  /** Settings of a new empty repository; `port` is that of a link in between. */
  settings(port?: number): Readonly<Record<string, string>>
  /** A new driver on an empty prefix, with settings beside those of the server. */
  open(settings?: Readonly<Record<string, string>>): Promise<StorageDriver>
  /** The same, with another limit for silence, which no setting changes. */
  openImpatient(settings: Readonly<Record<string, string>>, idleTimeoutMs: number): Promise<StorageDriver>
  stop(): Promise<void>
}

export async function startAzure(): Promise<AzureServer> {
  const service = await startService('azurite')
  const credential = new StorageSharedKeyCredential(ACCOUNT, KEY)
  const container = new ContainerClient(`${service.url}/${ACCOUNT}/${CONTAINER}`, credential)
  await container.create()
  const settings = (port = service.port) => ({
    WALG_AZ_PREFIX: `azure://${CONTAINER}/${randomUUID()}`,
    AZURE_STORAGE_ACCOUNT: ACCOUNT,
    AZURE_STORAGE_ACCESS_KEY: KEY,
    AZURE_STORAGE_ENDPOINT: `http://127.0.0.1:${port}/${ACCOUNT}`,
  })
  return {
    service,
    container,
    settings,
    open: (more = {}) => storageAzure.open(pluginContext({ ...settings(), ...more })),
    openImpatient: async (more, idleTimeoutMs) =>
      openAzure({ ...(await readOptions(pluginContext(more).settings)), idleTimeoutMs }),
    stop: () => service.stop(),
  }
}
