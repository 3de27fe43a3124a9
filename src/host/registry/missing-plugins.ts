import { WalgError } from '@walg/sdk'

/** Storages of WAL-G by the middle of their prefix settings, and the package that would bring each. */
const STORAGES: readonly (readonly [type: string, id: string, packageName: string])[] = [
  ['OSS', 'oss', '@walg/storage-oss'],
  ['S3', 's3', '@walg/storage-s3'],
  ['FILE', 'fs', '@walg/storage-fs'],
  ['GS', 'gs', '@walg/storage-gcs'],
  ['AZ', 'azure', '@walg/storage-azure'],
  ['SWIFT', 'swift', '@walg/storage-swift'],
  ['SSH', 'ssh', '@walg/storage-ssh'],
]

/** Settings that switch encryption on, in WAL-G's order, and the package that would do it. */
const CRYPTERS: ReadonlyMap<string, string> = new Map([
  ['WALG_PGP_KEY', '@walg/crypt-openpgp'],
  ['WALG_PGP_KEY_PATH', '@walg/crypt-openpgp'],
  ['WALG_GPG_KEY_ID', '@walg/crypt-openpgp'],
  ['WALE_GPG_KEY_ID', '@walg/crypt-openpgp'],
  ['GPG_KEY_ID', '@walg/crypt-openpgp'],
  ['WALG_ENVELOPE_PGP_KEY', '@walg/crypt-openpgp'],
  ['WALG_ENVELOPE_PGP_KEY_PATH', '@walg/crypt-openpgp'],
  ['WALG_CSE_KMS_ID', '@walg/crypt-kms'],
  ['YC_CSE_KMS_KEY_ID', '@walg/crypt-kms'],
  ['WALG_LIBSODIUM_KEY', '@walg/crypt-libsodium'],
  ['WALG_LIBSODIUM_KEY_PATH', '@walg/crypt-libsodium'],
  ['WALG_AES_KEY', '@walg/crypt-aes'],
  ['WALG_AES_KEY_PATH', '@walg/crypt-aes'],
  ['WALG_AES_KEY_COMMAND', '@walg/crypt-aes'],
])

const CODECS: Readonly<Record<string, string>> = {
  lz4: '@walg/codec-lz4',
  zstd: '@walg/codec-zstd',
  zst: '@walg/codec-zstd',
  lzma: '@walg/codec-lzma',
  brotli: '@walg/codec-brotli',
  br: '@walg/codec-brotli',
  gzip: '@walg/codec-gzip',
  gz: '@walg/codec-gzip',
  lzo: '@walg/codec-lzo',
}

const ENGINES: Readonly<Record<string, string>> = {
  pg: '@walg/engine-postgres',
  mysql: '@walg/engine-mysql',
  mongo: '@walg/engine-mongodb',
  sqlserver: '@walg/engine-sqlserver',
}

export interface KnownStorage {
  readonly id: string
  readonly prefixSettings: readonly string[]
  readonly packageName: string
}

export function knownStorages(): readonly KnownStorage[] {
  return STORAGES.map(([type, id, packageName]) => ({
    id,
    prefixSettings: [`WALG_${type}_PREFIX`, `WALE_${type}_PREFIX`],
    packageName,
  }))
}

/** Keys that WAL-G does not know: they are not shown, also when the plugin that says so is missing. */
export const missingSecrets = (): readonly string[] => ['WALG_AES_KEY']
export const knownCrypters = (): typeof CRYPTERS => CRYPTERS
export const codecPackage = (id: string): string | undefined => CODECS[id]
export const enginePackage = (id: string): string | undefined => ENGINES[id]

/** Says what is missing and how to get it; walg never installs anything by itself. */
export function missingPlugin(what: string, packageName: string): WalgError {
  return new WalgError(
    'E_PLUGIN_MISSING',
    `unable to use ${what}: its plugin is not installed; install it with: walg plugins install ${packageName}`,
    { details: { what, packageName } },
  )
}
