import { defineCrypter, defineSettings, type PluginContext } from '@walg/sdk'
import { exportedKey, type KeyHalf } from './gpg-program.js'
import { sourceOfFile, sourceOfSetting, sourceOfText } from './key-sources.js'
import { crypterOf } from './openpgp-crypter.js'

const openPgpSettings = defineSettings({
  WALG_PGP_KEY: {
    kind: 'string',
    secret: true,
    doc: 'Armored OpenPGP key, with `\\n` for line breaks; a private one reads and writes, a public one only writes',
  },
  WALG_PGP_KEY_PATH: {
    kind: 'path',
    doc: 'File with an OpenPGP key, armored or binary; several keys are several recipients',
  },
  WALG_PGP_KEY_PASSPHRASE: { kind: 'string', secret: true, doc: 'Passphrase of the private keys' },
  WALG_PGP_KEY_PREVIOUS: {
    kind: 'string',
    secret: true,
    doc: 'Private key that older objects were encrypted for, for reading',
  },
  WALG_PGP_KEY_PREVIOUS_PATH: { kind: 'path', doc: 'File with such keys' },
  WALG_GPG_KEY_ID: {
    kind: 'string',
    secret: true,
    aliases: ['WALE_GPG_KEY_ID', 'GPG_KEY_ID'],
    doc: "Id of a key in the gpg program's ring, which exports it; WALG_PGP_KEY and its file go before it",
  },
})

export default defineCrypter({
  id: 'openpgp',
  settings: openPgpSettings,
  async open(ctx) {
    const { current, previous, passphrase } = await keysOf(ctx)
    const { KeyRing } = await import('./key-ring.js')
    if (current !== undefined) {
      const ring = await KeyRing.open({ current, previous, passphrase })
      return crypterOf(
        async () => ring,
        async () => ring,
      )
    }
    const ringOfGpg = async (half: KeyHalf) => {
      const armored = await exportedKey(gpgKeyId(ctx), half, passphrase, ctx.signal)
      const source = sourceOfText(`the export of gpg for WALG_GPG_KEY_ID`, armored, ctx.log)
      return await KeyRing.open({ current: source, previous, passphrase })
    }
    ctx.log.warn(
      'WALG_GPG_KEY_ID runs the gpg program for every command; WALG_PGP_KEY_PATH is faster and needs no key ring',
    )
    return crypterOf(
      once(() => ringOfGpg('public')),
      once(() => ringOfGpg('private')),
    )
  },
})

/** `current` is undefined when the gpg program is to be asked for it. */
async function keysOf({ settings, log }: PluginContext) {
  const text = (name: 'WALG_PGP_KEY' | 'WALG_PGP_KEY_PREVIOUS') =>
    settings.get(openPgpSettings, name)?.reveal()
  const path = (name: 'WALG_PGP_KEY_PATH' | 'WALG_PGP_KEY_PREVIOUS_PATH') => settings.text(name)
  const sourceOf = async (name: 'WALG_PGP_KEY' | 'WALG_PGP_KEY_PREVIOUS') => {
    const inline = text(name)
    if (inline !== undefined) return sourceOfSetting(name, inline, log)
    const file = path(`${name}_PATH`)
    return file === undefined ? undefined : await sourceOfFile(`${name}_PATH`, file, log)
  }
  const previous = await sourceOf('WALG_PGP_KEY_PREVIOUS')
  return {
    current: await sourceOf('WALG_PGP_KEY'),
    previous: previous ? [previous] : [],
    passphrase: settings.get(openPgpSettings, 'WALG_PGP_KEY_PASSPHRASE')?.reveal(),
  }
}

const gpgKeyId = ({ settings }: PluginContext) =>
  settings.get(openPgpSettings, 'WALG_GPG_KEY_ID')?.reveal() ?? ''

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
