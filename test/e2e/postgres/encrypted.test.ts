import { chmodSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describePostgresRoundTrip } from './round-trip.js'

const keys = fileURLToPath(new URL('../../../plugins/crypt-openpgp/test/fixtures/keys/', import.meta.url))

type Values = Readonly<Record<string, string>>

/** A codec with a crypter, as settings; `folder` holds copies of the keys that the server's user may read. */
const PAIRS: readonly (readonly [
  codec: string,
  crypter: string,
  isOnlyOurs: boolean,
  key: (folder: string) => Values,
])[] = [
  ['lz4', 'openpgp', false, (folder) => ({ WALG_PGP_KEY_PATH: join(folder, 'keys/ed.sec.asc') })],
  ['lzma', 'none', false, () => ({})],
  [
    'zstd',
    'libsodium',
    false,
    () => ({ WALG_LIBSODIUM_KEY: '6b'.repeat(32), WALG_LIBSODIUM_KEY_TRANSFORM: 'hex' }),
  ],
  ['brotli', 'aes', true, () => ({ WALG_AES_KEY: '6b'.repeat(32) })],
]

for (const [codec, crypter, isOnlyOurs, key] of PAIRS) {
  describePostgresRoundTrip(`${codec} and ${crypter}`, { isOnlyOurs }, async () => {
    let count = 0
    return {
      isByFile: true,
      async settings(folder) {
        cpSync(keys, join(folder, 'keys'), { recursive: true })
        const repository = join(folder, `repository-${++count}`)
        mkdirSync(repository)
        chmodSync(repository, 0o777)
        return { WALG_FILE_PREFIX: repository, WALG_COMPRESSION_METHOD: codec, ...key(folder) }
      },
      stop: async () => undefined,
    }
  })
}
