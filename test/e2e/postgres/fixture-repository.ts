import { chownSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fixtureSet } from '../../compat/fixtures-folder.js'
import { giveTo } from '../../support/postgres-server.js'
import { unprivilegedUser } from '../../support/unprivileged-user.js'
import type { PgOptions } from './run-pg.js'

/** A state of all tables: `name` to rows and checksum. */
export type Tables = Readonly<Record<string, { readonly rows: number; readonly md5: string }>>

/** Where real WAL-G and PostgreSQL recovered to, and what was there. */
export interface RecordedRecovery {
  readonly label: string
  readonly target: { readonly kind: string; readonly value?: string }
  readonly state: { readonly postgres: { readonly tables: Tables } }
}

/** A copy of a repository written by WAL-G, owned by whom servers run as. */
export interface FixtureRepository {
  /** Holds the repository, and is gone after `remove`. */
  readonly folder: string
  readonly repository: string
  readonly recoveries: readonly RecordedRecovery[]
  readonly options: PgOptions
  remove(): void
}

export function lacksFixture(name: string): string | undefined {
  const set = fixtureSet('pg')
  return set && readdirSync(set).includes(name) ? undefined : `no repository ${name} here`
}

export function copyFixture(name: string): FixtureRepository {
  const source = join(fixtureSet('pg')!, name)
  const user = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), 'walg-restore-'))
  giveTo(user, folder)
  const repository = join(folder, 'repo')
  cpSync(join(source, 'repo'), repository, { recursive: true })
  for (const line of readFileSync(join(source, 'mtimes.tsv'), 'utf8').trim().split('\n')) {
    const [seconds, key = ''] = line.split('\t')
    utimesSync(join(repository, key), Number(seconds), Number(seconds))
  }
  if (user) {
    for (const path of readdirSync(folder, { recursive: true }) as string[]) {
      chownSync(join(folder, path), user.uid, user.gid)
    }
  }
  const { recoveries, wal_segment_mib } = JSON.parse(readFileSync(join(source, 'expected.json'), 'utf8'))
  const environment = {
    WALG_FILE_PREFIX: repository,
    WALG_PG_WAL_SIZE: String(wal_segment_mib),
    WALG_TAR_DISABLE_FSYNC: 'true',
  }
  return {
    folder,
    repository,
    recoveries,
    options: { user, environment, folder },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
