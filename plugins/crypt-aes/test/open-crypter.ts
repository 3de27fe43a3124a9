import type { Crypter } from '@walg/sdk'
import { pluginContext } from '@walg/testkit'
import plugin from '../src/crypter.js'

/** The crypter as the host opens it. */
export async function openCrypter(settings: Readonly<Record<string, string>>): Promise<Crypter> {
  return await plugin.open(pluginContext(settings))
}
