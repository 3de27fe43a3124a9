import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { promoted, startRestored, until } from '../e2e/postgres/restored-server.js'
import { textOf } from '../guards/repository.js'
import { describeWith } from '../support/describe-with.js'
import { freePort } from '../support/free-port.js'
import { startNpmRegistry } from '../support/npm-registry.js'
import { lacksPostgres } from '../support/postgres-binaries.js'
import { giveTo, startPostgres } from '../support/postgres-server.js'
import { distFolder, lacksSharedProgram, type Run, runWalg } from '../support/run-walg.js'
import { unprivilegedUser } from '../support/unprivileged-user.js'
import { type NewPlugin, newPlugin } from './new-plugin.js'
import { tutorialFile } from './tutorial-script.js'

const KEY = '5ea1'.repeat(16)
const tutorial = textOf('docs/plugins/tutorial.md')

/** Plugins that know `@walg/sdk` and nothing else of walg. */
const PLUGINS: readonly NewPlugin[] = [
  {
    name: 'walg-storage-http',
    kind: 'storage',
    files: { 'src/driver.ts': tutorialFile(tutorial, 'src/driver.ts') },
  },
  { name: 'walg-codec-squeeze', kind: 'codec' },
  { name: 'walg-crypter-seal', kind: 'crypter' },
  { name: 'walg-engine-duck', kind: 'engine' },
]

describeWith('plugins of strangers, from a registry', lacksPostgres(15) ?? lacksSharedProgram(), () => {
  const user = unprivilegedUser()
  let folder: string
  let origin: string
  let settings: Readonly<Record<string, string>>
  let stopServer: () => Promise<void>

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'walg-third-party-'))
    giveTo(user, folder)
    const sources = join(folder, 'sources')
    mkdirSync(sources)
    await using registry = await startNpmRegistry()
    for (const plugin of PLUGINS) {
      registry.publish(await newPlugin(sources, plugin))
      const env = { HOME: folder, WALG_DATA_DIR: join(folder, 'plugins'), ...registry.env }
      const { code, stderr } = await runWalg(['plugins', 'install', plugin.name], { env })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
    const port = await freePort()
    writeFileSync(join(folder, 'server.mjs'), tutorialFile(tutorial, 'server.mjs'))
    const server = spawn(
      process.execPath,
      [join(folder, 'server.mjs'), join(folder, 'objects'), String(port)],
      { stdio: 'ignore' },
    )
    stopServer = async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      if (server.kill()) await ended
    }
    await until(
      async () =>
        await fetch(`http://127.0.0.1:${port}/?limit=1`).then(
          () => true,
          () => false,
        ),
    )
    origin = `http://127.0.0.1:${port}`
    // A file, because restore_command does not carry secrets.
    const config = join(folder, 'walg.json')
    writeFileSync(config, JSON.stringify({ WALG_COMPRESSION_METHOD: 'squeeze', WALG_SEAL_KEY: KEY }))
    settings = { WALG_DATA_DIR: join(folder, 'plugins'), WALG_CONFIG_PATH: config }
  }, 300_000)
  afterAll(async () => {
    await stopServer?.()
    rmSync(folder, { recursive: true, force: true })
  })

  const walg = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> => {
    const run = await runWalg(args, { user, cwd: folder, env: { HOME: folder, ...settings, ...env } })
    expect({ code: run.code, error: /ERROR.*/.exec(run.stderr)?.[0] }).toEqual({ code: 0, error: undefined })
    return run
  }

  /** Everything in the storage, as it lies there. */
  const stored = () =>
    readdirSync(join(folder, 'objects'), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(
        (entry) =>
          [decodeURIComponent(entry.name), readFileSync(join(entry.parentPath, entry.name))] as const,
      )

  test('storage, codec and crypter hold a backup and WAL of PostgreSQL, which is restored from them', async () => {
    const prefix = { WALG_HTTP_PREFIX: `${origin}/pg` }
    const environment = Object.entries({ ...settings, ...prefix })
      .map(([name, value]) => `${name}='${value}'`)
      .join(' ')
    await using server = await startPostgres({
      major: 15,
      archiveCommand: `${environment} "${process.execPath}" "${distFolder}/walg.cjs" pg wal-push "%p"`,
    })
    await server.query(
      "CREATE TABLE tale AS SELECT n, 'PLAINTEXT ' || n AS line FROM generate_series(1, 1000) n",
    )
    await walg(['pg', 'backup-push', server.dataDirectory], { ...prefix, ...server.environment })
    await server.query("INSERT INTO tale VALUES (1001, 'after the backup')")
    await server.query('SELECT pg_switch_wal()')
    await server.shutDown()

    const restored = join(folder, 'restored')
    await walg(['pg', 'restore', restored, '--latest'], prefix)
    await using copy = await startRestored(restored, 15)
    await promoted(copy)
    const [row] = await copy.query(
      'SELECT count(*)::int AS lines, max(line) FILTER (WHERE n > 1000) AS last FROM tale',
    )

    expect(row).toEqual({ lines: 1001, last: 'after the backup' })
    const objects = stored()
    expect(objects.filter(([key]) => key.endsWith('.squeeze')).length).toBeGreaterThan(3)
    expect(objects.filter(([, bytes]) => bytes.includes('PLAINTEXT'))).toEqual([])
  })

  test('an engine has its own topic, and the shared commands beside its own', async () => {
    const database = join(folder, 'duck')
    const prefix = { WALG_HTTP_PREFIX: `${origin}/duck` }
    const at = { ...prefix, WALG_DUCK_DIRECTORY: database }
    giveTo(user, database)
    const write = (text: string) => writeFileSync(join(database, 'pond.json'), text, { mode: 0o644 })
    onTestFinished(() => rmSync(database, { recursive: true, force: true }))
    const list = async (): Promise<readonly { readonly backup_name: string }[]> =>
      JSON.parse((await walg(['duck', 'backup-list', '--json'], prefix)).stdout)

    for (const state of ['{"ducks":1}', '{"ducks":2}']) {
      write(state)
      await walg(['duck', 'backup-push'], at)
    }
    const both = (await list()).map((backup) => backup.backup_name)
    expect(both).toHaveLength(2)

    const dry = await walg(['duck', 'delete', 'retain', '1'], prefix)
    expect(dry.stderr).toContain(both[0])
    expect(await list()).toHaveLength(2)

    await walg(['duck', 'delete', 'retain', '1', '--confirm'], prefix)
    expect((await list()).map((backup) => backup.backup_name)).toEqual(both.slice(1))
    expect(stored().filter(([key]) => key.includes(both[0]!))).toEqual([])

    const fetched = join(folder, 'fetched')
    await walg(['duck', 'backup-fetch', fetched, both[1]!], prefix)
    expect(readFileSync(join(fetched, 'pond.json'), 'utf8')).toBe('{"ducks":2}')
    expect((await walg(['duck', '--help'])).stdout).toMatch(
      /duck backup-push[\s\S]*duck delete|duck delete[\s\S]*duck backup-push/,
    )
  })
})
