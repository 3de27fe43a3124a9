import type { Crypter } from '@walg/sdk'
import { pluginContext } from '@walg/testkit'
import plugin from '../src/crypter.js'

/** The crypter as the host opens it. */
export async function openCrypter(settings: Readonly<Record<string, string>>): Promise<Crypter> {
  return await plugin.open(pluginContext(settings))
}

/** As the fixtures were made with. */
export const FIXTURE_KEY = {
  WALG_LIBSODIUM_KEY: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  WALG_LIBSODIUM_KEY_TRANSFORM: 'hex',
}
