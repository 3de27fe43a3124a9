import { randomUUID } from 'node:crypto'
import type { Log, StorageDriver } from '@walg/sdk'
import { type OpenOptions, openGcsDriver } from '../../plugins/storage-gcs/src/open-gcs-driver.js'
import { lacksService, type Service, startService } from '../support/services.js'
import { startConditions } from './gcs-conditions.js'

const BUCKET = 'walgtest'
export const quiet = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log

export const lacksGcs = lacksService('fake-gcs', 'toxiproxy')

/** A running fake-gcs-server with a bucket. */
export interface GcsServer {
  /** The emulator itself. */
  readonly service: Service
  /** The emulator with the conditions that it lacks. */
  readonly url: string
  readonly bucket: string
  /** A new driver on an empty prefix; `over` changes its options. */
  open(over?: Partial<OpenOptions>): Promise<StorageDriver>
  stop(): Promise<void>
}

export async function startGcs(backend: 'files' | 'memory'): Promise<GcsServer> {
  const service = await startService('fake-gcs', {}, backend === 'memory' ? ['-backend', 'memory'] : [])
  await createBucket(service.url, BUCKET)
  const conditions = await startConditions(service.url)
  return {
    service,
    url: conditions.url,
    bucket: BUCKET,
    open: (over = {}) =>
      openGcsDriver({
        bucket: BUCKET,
        root: `${randomUUID()}/`,
        encryptionKey: undefined,
        deadlineMs: 60_000,
        isResumable: false,
        emulator: conditions.url,
        log: quiet,
        ...over,
      }),
    async stop() {
      await conditions.stop()
      await service.stop()
    },
  }
}

export async function createBucket(url: string, name: string): Promise<void> {
  const answer = await fetch(`${url}/storage/v1/b?project=walgtest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  if (!answer.ok) throw new Error(`no bucket: ${answer.status} ${await answer.text()}`)
}
