import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOptional, describeWith } from '../../support/describe-with.js'
import { placeBuiltPlugin } from '../../support/place-plugins.js'
import { lacksPostgres } from '../../support/postgres-binaries.js'
import { giveTo, type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { lacksSharedProgram } from '../../support/run-walg.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'
import { checksumOf, switchAndArchive, until } from './repository.js'
import { startRestored } from './restored-server.js'
import { pgOrFail, WALG_COMMAND } from './run-pg.js'

const MAJOR = 15
/** A real WAL-G for PostgreSQL, if there is one on this machine. */
const realWalG = process.env['WAL_G'] ?? ''

/** Waits for the end of recovery: longer than the helper of the same kind, because each segment comes over the network. */
async function ended(server: PostgresServer): Promise<void> {
  await until('the end of recovery', async () => {
    const [row] = await server.query('SELECT pg_is_in_recovery() AS recovering')
    return row?.['recovering'] === false
  })
}

type Values = Readonly<Record<string, string>>

/** A storage that PostgreSQL is backed up to. */
export interface RepositoryServer {
  /**
   * Settings of a new empty repository, for walg and for WAL-G, which only warns of those that it does not know. `folder` is
   * readable for whom PostgreSQL runs as.
   */
  settings(folder: string): Promise<Values>
  /** Settings stand in a config file only: restore_command holds no secrets, but may name the file. */
  readonly isByFile?: boolean
  stop(): Promise<void>
}

export interface RoundTripOptions {
  /** Installed beside the program, for what does not come with it. */
  readonly plugin?: string
  /** Of what the repository needs on this machine; undefined when it is all there. */
  readonly lacking?: string | undefined
  /** WAL-G cannot read it. */
  readonly isOnlyOurs?: boolean
}

/** PostgreSQL from WAL and backup to a restored copy, by the built program; and with real WAL-G, each reading what the other wrote. */
export function describePostgresRoundTrip(
  name: string,
  { plugin, lacking, isOnlyOurs }: RoundTripOptions,
  start: () => Promise<RepositoryServer>,
): void {
  const missing = lacking ?? lacksPostgres(MAJOR) ?? lacksSharedProgram()
  describeWith(`PostgreSQL on ${name}`, missing, () => {
    const user = unprivilegedUser()
    let storage: RepositoryServer
    let folder: string

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'walg-e2e-'))
      giveTo(user, folder)
      storage = await start()
      if (plugin !== undefined) placeBuiltPlugin(join(folder, 'plugins'), plugin)
    })
    afterAll(async () => {
      await storage?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    /** A server whose WAL goes to a repository of its own, by walg or by WAL-G. */
    const begin = async (name: string, archiver: 'walg' | 'wal-g') => {
      const settings = await storage.settings(folder)
      const config = join(folder, `${name}.json`)
      writeFileSync(config, JSON.stringify(settings))
      const dataDirectory = `WALG_DATA_DIR="${join(folder, 'plugins')}"`
      const ours = `${dataDirectory} ${WALG_COMMAND} wal-push "%p" --config "${config}"`
      const server = await startPostgres({
        major: MAJOR,
        archiveCommand:
          archiver === 'walg' ? ours : `HOME=${folder} ${realWalG} wal-push %p --config ${config}`,
      })
      const given = storage.isByFile ? { WALG_CONFIG_PATH: config } : settings
      const environment = { ...server.environment, ...given, WALG_DATA_DIR: join(folder, 'plugins') }
      return { server, config, options: { user, environment, folder } }
    }

    const fill = async (server: PostgresServer) =>
      await server.query(
        'CREATE TABLE filled AS SELECT g, md5(g::text) AS filler FROM generate_series(1, 200000) g',
      )
    const addAndArchive = async (server: PostgresServer) => {
      await server.query('INSERT INTO filled SELECT g, md5(g::text) FROM generate_series(1, 1000) g')
      await switchAndArchive(server)
    }

    test('walg archives, backs up, lists, restores and recovers', async () => {
      const { server, config, options } = await begin('walg', 'walg')
      await using _ = server
      await fill(server)
      await pgOrFail(['backup-push', server.dataDirectory], options)
      await addAndArchive(server)
      const expected = await checksumOf(server, 'filled')

      const list = await pgOrFail(['backup-list'], options)
      const directory = join(folder, 'walg-restored')
      await pgOrFail(['restore', directory, '--config', config], options)

      await using restored = await startRestored(directory, MAJOR)
      await ended(restored)
      expect(await checksumOf(restored, 'filled')).toBe(expected)
      expect(list).toContain('base_')
    })

    const lacksWalG = existsSync(realWalG) ? undefined : 'no real WAL-G: set WAL_G to the path of one'
    if (isOnlyOurs) return
    describeOptional('with real WAL-G', lacksWalG, () => {
      const walG = (args: readonly string[], config: string, environment: Values) =>
        execFileSync(realWalG, [...args, '--config', config], {
          env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...environment },
          stdio: 'pipe',
          ...(user && { uid: user.uid, gid: user.gid }),
        })

      test('WAL-G restores and recovers what walg has stored', async () => {
        const { server, config, options } = await begin('read-by-wal-g', 'walg')
        await using _ = server
        await fill(server)
        await pgOrFail(['backup-push', server.dataDirectory], options)
        await addAndArchive(server)
        const expected = await checksumOf(server, 'filled')
        const directory = join(folder, 'wal-g-restored')

        walG(['backup-fetch', directory, 'LATEST'], config, {})

        appendFileSync(
          join(directory, 'postgresql.auto.conf'),
          `restore_command = 'HOME=${folder} ${realWalG} wal-fetch %f %p --config ${config}'\nrecovery_target_action = promote\n`,
        )
        writeFileSync(join(directory, 'recovery.signal'), '')
        await using restored = await startRestored(directory, MAJOR)
        await ended(restored)
        expect(await checksumOf(restored, 'filled')).toBe(expected)
      })

      test('walg restores and recovers what WAL-G has stored', async () => {
        const { server, config, options } = await begin('written-by-wal-g', 'wal-g')
        await using _ = server
        await fill(server)
        walG(['backup-push', server.dataDirectory], config, server.environment)
        await addAndArchive(server)
        const expected = await checksumOf(server, 'filled')
        const directory = join(folder, 'walg-restored-theirs')

        await pgOrFail(['restore', directory, '--config', config], options)

        await using restored = await startRestored(directory, MAJOR)
        await ended(restored)
        expect(await checksumOf(restored, 'filled')).toBe(expected)
      })
    })
  })
}
