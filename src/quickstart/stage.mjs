// Where the quick start plays: a folder of its own, a user who may run a server, and what has to be put away afterwards.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres } from './postgres-programs.mjs'
import { programFor } from './program-copy.mjs'

/** What cluster, repository and restored cluster take together, with room to spare. */
const NEEDED_BYTES = 1_500_000_000
/** A socket's path has to fit into 107 bytes. */
const LONGEST_FOLDER = 70
/** Users that may run a server for root, the best first. */
const UNPRIVILEGED = ['postgres', 'nobody']

export async function openStage({ isKept, signal }) {
  const user = unprivilegedUser()
  const base = realFolder()
  const folder = mkdtempSync(join(base, 'walg-quickstart-'))
  const stage = new Stage(folder, user, isKept, signal)
  try {
    giveTo(user, folder)
    stage.postgres = findPostgres(stage)
    stage.walg = programFor(stage)
  } catch (error) {
    await stage.close()
    throw error
  }
  return stage
}

class Stage {
  #clusters = []
  #isKept

  constructor(folder, user, isKept, signal) {
    this.folder = folder
    this.user = user
    this.signal = signal
    this.#isKept = isKept
    // The user's own settings have no say here.
    this.environment = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' }
  }

  /** A folder of the stage, owned by whom the servers run as. */
  makeFolder(name) {
    const path = join(this.folder, name)
    mkdirSync(path)
    giveTo(this.user, path)
    return path
  }

  /** Runs a program to its end; rejects with what it printed when it fails. Resolves with its output. */
  async run(program, args, environment = {}) {
    this.signal.throwIfAborted()
    return await new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        ...this.identity(),
        cwd: this.folder,
        env: { ...this.environment, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const output = []
      const errors = []
      const stop = () => child.kill('SIGTERM')
      this.signal.addEventListener('abort', stop, { once: true })
      child.stdout.on('data', (chunk) => output.push(chunk))
      child.stderr.on('data', (chunk) => errors.push(chunk))
      child.on('error', reject)
      child.on('exit', () => {
        // A server that pg_ctl has started keeps the pipes open.
        child.stdout.destroy()
        child.stderr.destroy()
      })
      child.on('close', (code, killed) => {
        this.signal.removeEventListener('abort', stop)
        if (code === 0) return resolve(Buffer.concat(output).toString())
        const said = Buffer.concat([...output, ...errors])
          .toString()
          .trim()
        reject(new Error(`${program} ${args[0] ?? ''} ended with ${killed ?? code}: ${said}`))
      })
    })
  }

  /** Whether the user of the servers can run this. */
  canRun(program, args) {
    const { status } = spawnSync(program, args, {
      ...this.identity(),
      cwd: this.folder,
      env: this.environment,
      stdio: 'ignore',
    })
    return status === 0
  }

  identity() {
    return this.user ? { uid: this.user.uid, gid: this.user.gid } : {}
  }

  /** Clusters are stopped before the folder goes. */
  own(cluster) {
    this.#clusters.push(cluster)
    return cluster
  }

  /** The ends of the logs, for a failure. */
  logs() {
    return this.#clusters
      .map(({ logFile }) => [logFile, textOf(logFile).split('\n').slice(-15).join('\n')])
      .filter(([, text]) => text !== '')
      .map(([file, text]) => `--- ${file}\n${text}`)
      .join('\n')
  }

  async close() {
    for (const cluster of this.#clusters) cluster.stopNow()
    if (this.#isKept) console.log(`\nKept: ${this.folder}`)
    else rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Nobody else when we are an ordinary user: only root may not run PostgreSQL. */
function unprivilegedUser() {
  if (process.getuid?.() !== 0) return undefined
  const users = textOf('/etc/passwd')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
  for (const name of UNPRIVILEGED) {
    const user = users.find((candidate) => candidate.name === name && candidate.uid > 0)
    if (user) return user
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user postgres or nobody: run this as an ordinary user',
  )
}

function realFolder() {
  const folder = tmpdir().length > LONGEST_FOLDER ? '/tmp' : tmpdir()
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= NEEDED_BYTES) return folder
  throw new Error(`${folder} has no room for ${NEEDED_BYTES / 1e9} GB: set TMPDIR to a folder that has`)
}

function giveTo(user, path) {
  chmodSync(path, 0o700)
  if (user) chownSync(path, user.uid, user.gid)
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
