import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Crypter } from '@walg/sdk'
import { pluginContext } from '@walg/testkit'
import module from '../src/crypter.js'

const keys = new URL('./fixtures/keys/', import.meta.url)

export const PASSPHRASE = 'fixture passphrase 1'

export const keyPath = (name: string): string => fileURLToPath(new URL(name, keys))
export const keyText = (name: string): string => readFileSync(keyPath(name), 'utf8')

/** The crypter as the host opens it. */
export const openCrypter = async (settings: Readonly<Record<string, string>>): Promise<Crypter> =>
  await module.open(pluginContext(settings))

/** With a key of the fixtures. */
export const openWithKey = async (
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Crypter> => await openCrypter({ WALG_PGP_KEY_PATH: keyPath(name), ...more })
