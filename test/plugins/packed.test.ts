import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFolders, packageOf, root } from '../guards/repository.js'
import { startNpmRegistry } from '../support/npm-registry.js'
import { runWalg } from '../support/run-walg.js'

/** Sixteen MiB that look like WAL: what wal-push reads of a segment is its first page. */
function segment(): Buffer {
  const bytes = Buffer.alloc(16 * 1024 * 1024)
  bytes.writeUInt16LE(0xd110, 0)
  bytes.writeUInt16LE(2, 2)
  bytes.writeUInt32LE(1, 4)
  bytes.writeBigUInt64LE(1n << 24n, 8)
  bytes.writeUInt32LE(16 * 1024 * 1024, 32)
  bytes.writeUInt32LE(8192, 36)
  return bytes
}

/** Plugins that come with walg; the others are installed by who needs them. */
const CORE = (packageOf('.').oclif?.plugins ?? []).filter((name) => name.startsWith('@walg/'))

describe('packed, and installed into an empty folder', () => {
  let folder: string
  let program: string
  const files: Record<string, string> = {}

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'walg-packed-'))
    for (const path of packageFolders()) {
      const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
      const [packed] = JSON.parse(execFileSync('npm', args, { cwd: join(root, path), encoding: 'utf8' }))
      files[packageOf(path).name] = join(folder, packed.filename)
    }
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...Object.values(files)], {
      cwd: folder,
      stdio: 'pipe',
    })
    program = join(folder, 'node_modules/walg/dist/walg.cjs')
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const walg = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    await runWalg(args, { program, cwd: folder, env: { HOME: folder, ...env } })

  test('walg runs, has its plugins, and archives and fetches a segment', async () => {
    const repository = join(folder, 'repository')
    mkdirSync(repository)
    const name = '000000010000000000000001'
    writeFileSync(join(folder, name), segment())
    const env = { WALG_FILE_PREFIX: repository }

    expect((await walg(['version'])).stdout).toMatch(/^walg \d/)
    const listed = JSON.parse((await walg(['plugins', '--json'])).stdout)
    expect(listed.map((one: { readonly name: string }) => one.name)).toEqual([...CORE].sort())
    expect(listed.filter((one: { readonly problem?: string }) => one.problem !== undefined)).toEqual([])
    expect(await walg(['pg', 'wal-push', join(folder, name)], env)).toMatchObject({ code: 0 })
    expect(await walg(['pg', 'wal-fetch', name, join(folder, 'fetched')], env)).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'fetched')).equals(segment())).toBe(true)
    expect(await walg(['pg', 'backup-list', '--json'], env)).toMatchObject({ code: 0, stdout: '[]\n' })
    expect((await walg(['pg', '--help'])).stdout).toContain('pg backup-push')
    expect((await walg(['plugins', 'create', 'walg-codec-x', '--kind', 'codec'])).code).toBe(0)
  })

  test('each plugin can be taken away and installed by itself', async () => {
    // Plugins depend on the SDK, which no registry of this machine has.
    const uplink = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
    await using registry = await startNpmRegistry({ uplink })
    for (const path of ['src/sdk', 'src/core']) registry.publish(join(root, path))
    const asking: Readonly<
      Record<string, readonly [args: readonly string[], env: Readonly<Record<string, string>>]>
    > = {
      '@walg/codec-brotli': [
        ['config', 'check'],
        { WALG_FILE_PREFIX: folder, WALG_COMPRESSION_METHOD: 'brotli' },
      ],
      '@walg/crypt-aes': [['config', 'check'], { WALG_FILE_PREFIX: folder, WALG_AES_KEY: '07'.repeat(32) }],
      '@walg/crypt-kms': [['config', 'check'], { WALG_FILE_PREFIX: folder, YC_CSE_KMS_KEY_ID: 'key' }],
      '@walg/crypt-libsodium': [
        ['config', 'check'],
        { WALG_FILE_PREFIX: folder, WALG_LIBSODIUM_KEY: 'k'.repeat(32) },
      ],
      '@walg/codec-zstd': [
        ['config', 'check'],
        { WALG_FILE_PREFIX: folder, WALG_COMPRESSION_METHOD: 'zstd' },
      ],
      '@walg/codec-lz4': [['config', 'check'], { WALG_FILE_PREFIX: folder }],
      '@walg/crypt-openpgp': [
        ['config', 'check'],
        {
          WALG_FILE_PREFIX: folder,
          WALG_PGP_KEY_PATH: join(root, 'plugins/crypt-openpgp/test/fixtures/keys/ed.pub.asc'),
        },
      ],
      // It cannot be used for writing, which it says when it is there.
      '@walg/codec-gzip': [
        ['config', 'check'],
        { WALG_FILE_PREFIX: folder, WALG_COMPRESSION_METHOD: 'gzip' },
      ],
      '@walg/codec-lzo': [['config', 'check'], { WALG_FILE_PREFIX: folder, WALG_COMPRESSION_METHOD: 'lzo' }],
      '@walg/codec-lzma': [
        ['config', 'check'],
        { WALG_FILE_PREFIX: folder, WALG_COMPRESSION_METHOD: 'lzma' },
      ],
      '@walg/storage-fs': [['config', 'check'], { WALG_FILE_PREFIX: folder }],
      '@walg/storage-s3': [['config', 'check'], { WALG_S3_PREFIX: 's3://bucket/main', AWS_REGION: 'x' }],
      '@walg/storage-gcs': [['config', 'check'], { WALG_GS_PREFIX: 'gs://bucket/main' }],
      '@walg/storage-azure': [['config', 'check'], { WALG_AZ_PREFIX: 'azure://container/main' }],
      '@walg/storage-swift': [['config', 'check'], { WALG_SWIFT_PREFIX: 'swift://container/main' }],
      '@walg/storage-ssh': [['config', 'check'], { WALG_SSH_PREFIX: 'ssh://127.0.0.1/main' }],
      '@walg/engine-postgres': [['pg', 'backup-list'], { WALG_FILE_PREFIX: folder }],
    }
    for (const path of packageFolders().filter((one) => one.startsWith('plugins/'))) {
      const { name } = packageOf(path)
      const [args, env] = asking[name] ?? expect.unreachable(`no command that needs ${name}`)
      const place = join(folder, 'node_modules', name)
      renameSync(place, `${place}.away`)

      const without = await walg(args, env)
      if (name === '@walg/engine-postgres') expect(without.code).not.toBe(0)
      else
        expect(without).toMatchObject({
          code: 4,
          stderr: expect.stringContaining(`walg plugins install ${name}`),
        })
      const installed = await walg(['plugins', 'install', files[name]!], registry.env)
      expect(installed, installed.stderr).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`installed ${name} `),
      })
      // Storages may say that nothing is there; their plugin is.
      expect([0, 3, 5, 6]).toContain((await walg(args, env)).code)
      expect(await walg(['plugins', 'uninstall', name])).toMatchObject({ code: 0 })
      expect((await walg(args, env)).code).toBe(without.code)
      renameSync(`${place}.away`, place)
    }
  }, 300_000)
})
