import type { Log } from '@walg/sdk'
import { onTestFinished } from 'vitest'
import type { GcsDriver } from '../src/gcs-driver.js'
import { type OpenOptions, openGcsDriver } from '../src/open-gcs-driver.js'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A driver on a server of the test's own. */
export async function openDriver(url: string, over: Partial<OpenOptions> = {}): Promise<GcsDriver> {
  const driver = await openGcsDriver({
    bucket: 'bucket',
    root: 'root/',
    encryptionKey: undefined,
    deadlineMs: 10_000,
    isResumable: false,
    emulator: url,
    log: silent,
    ...over,
  })
  onTestFinished(() => driver.close())
  return driver
}
