import type { Crypter, PluginContext } from '@walg/sdk'
import { decrypt } from './decrypt.js'
import { encrypt } from './encrypt.js'
import { readKeys } from './read-keys.js'

export async function openAes(ctx: PluginContext): Promise<Crypter> {
  const ring = await readKeys(ctx)
  return {
    id: 'aes',
    encrypt: (source, o) => encrypt(ring.current, source, o),
    decrypt: (source, o) => decrypt(ring, source, o),
  }
}
