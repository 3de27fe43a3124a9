import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SCRIPTS = new URL('../services/', import.meta.url).pathname
const AZURITE = new URL('../../node_modules/azurite/dist/src/blob/main.js', import.meta.url).pathname
/** Where what takes minutes to build is kept between runs. */
const CACHE = process.env['WALGTEST_SERVICES'] ?? join(tmpdir(), 'walgtest-services')
const GO = join(CACHE, 'go')
const CEPH = join(CACHE, 'ceph')

const FIRST_PORT = 21_000
const PORT_RANGES = 4
const PORTS_PER_RANGE = 2_400
/** Those of this process: what was given may not be listened on yet. */
const given = new Set<number>()

/** A server that a test has started. */
export interface Service {
  readonly port: number
  /** `http://127.0.0.1:PORT`; for OpenSSH it has no meaning. */
  readonly url: string
  /** Its own; logs and keys lie here. Gone after `stop`. */
  readonly folder: string
  stop(): Promise<void>
}

interface Kind {
  /** Consecutive ports that it takes. */
  readonly ports: number
  /** What is not there; undefined when it can be started. */
  lacks(): string | undefined
  /** Script and arguments; it returns when the server answers. */
  up(folder: string, port: number): readonly string[]
  /** Ends it and everything it has started. */
  down(folder: string, port: number): readonly string[]
}

const stopPid = (folder: string) => [
  'bash',
  '-c',
  '. "$0/lib.sh"; stop_pid "$1"',
  SCRIPTS,
  join(folder, 'pid'),
]

const goProgram = (name: string, script: string): Kind => ({
  ports: 1,
  lacks: () =>
    isBuilt(name) ? undefined : `${name} is not built: run test/services/build.sh (Go, some minutes)`,
  up: (folder, port) => [join(SCRIPTS, script), GO, folder, String(port)],
  down: stopPid,
})

const SWIFT_PROGRAMS = ['swift-proxy-server', 'swift-object-server', 'memcached']

const KINDS = {
  minio: goProgram('minio', 'minio-up.sh'),
  'minio-tls': {
    ...goProgram('minio', 'minio-up.sh'),
    up: (folder: string, port: number) => [
      'env',
      'TLS=1',
      join(SCRIPTS, 'minio-up.sh'),
      GO,
      folder,
      String(port),
    ],
  },
  'fake-gcs': goProgram('fake-gcs', 'fake-gcs-up.sh'),
  toxiproxy: goProgram('toxiproxy', 'toxiproxy-up.sh'),
  ceph: {
    ports: 62,
    lacks: () =>
      existsSync(join(CEPH, '.debprefix'))
        ? undefined
        : `Ceph is not unpacked: run test/services/debprefix.sh trixie ${CEPH} ceph-mon ceph-osd ceph-common radosgw`,
    up: (folder: string, port: number) => [join(SCRIPTS, 'ceph-up.sh'), CEPH, folder, String(port)],
    down: (folder: string) => [join(SCRIPTS, 'ceph-down.sh'), folder],
  },
  azurite: {
    ports: 1,
    lacks: () => (existsSync(AZURITE) ? undefined : 'azurite is not installed: run npm ci'),
    up: (folder: string, port: number) => [join(SCRIPTS, 'azurite-up.sh'), AZURITE, folder, String(port)],
    down: stopPid,
  },
  swift: {
    ports: 5,
    lacks: () =>
      lacksPrograms('swift-proxy swift-account swift-container swift-object memcached', SWIFT_PROGRAMS),
    up: (folder: string, port: number) => [join(SCRIPTS, 'swift-up.sh'), folder, String(port)],
    down: (folder: string, port: number) => [join(SCRIPTS, 'swift-down.sh'), folder, String(port)],
  },
  keystone: {
    ports: 1,
    lacks: () =>
      lacksPrograms('python3-keystone python3-keystonemiddleware', [
        'keystone-manage',
        'keystone-wsgi-public',
      ]),
    // The port of the Swift that it is for, which need not run yet.
    up: (folder: string, port: number) => [
      'bash',
      '-c',
      '"$0/keystone-up.sh" "$1" "$2" "$SWIFT_PORT"',
      SCRIPTS,
      folder,
      String(port),
    ],
    down: stopPid,
  },
  sshd: {
    ports: 1,
    lacks: () =>
      existsSync('/usr/sbin/sshd') ? undefined : 'sshd is not installed: apt-get install openssh-server',
    up: (folder: string, port: number) => [join(SCRIPTS, 'sshd-up.sh'), folder, String(port)],
    down: stopPid,
  },
} satisfies Record<string, Kind>

export type ServiceName = keyof typeof KINDS

/** Why these servers cannot be started here; undefined when all can. */
export function lacksService(...names: readonly ServiceName[]): string | undefined {
  for (const name of names) {
    const lacking = KINDS[name].lacks()
    if (lacking !== undefined) return lacking
  }
  return undefined
}

/** Starts a server on free ports in a new folder, with options of its own. Stop it in the end: it lives on when the test process dies. */
export async function startService(
  name: ServiceName,
  environment: Record<string, string> = {},
  options: readonly string[] = [],
  wantedPort?: number,
): Promise<Service> {
  const kind: Kind = KINDS[name]
  const parent = mkdtempSync(join(serviceFolder(), `${name}-`))
  // Servers run as another user than root.
  chmodSync(parent, 0o755)
  const folder = join(parent, 'server')
  const port = wantedPort ?? (await freePorts(kind.ports))
  const [program, ...args] = kind.up(folder, port)
  await run(program!, [...args, ...options], { env: { ...process.env, ...environment } })
  return {
    port,
    url: `${name === 'minio-tls' ? 'https' : 'http'}://127.0.0.1:${port}`,
    folder,
    async stop() {
      const [stop, ...stopArgs] = kind.down(folder, port)
      await run(stop!, stopArgs)
      rmSync(parent, { recursive: true, force: true })
    },
  }
}

/**
 * The first of as many consecutive ports on which nobody listens. Far from those that the system hands out; each worker of vitest has
 * a range of its own, so that two never find the same one.
 */
export async function freePorts(count: number): Promise<number> {
  const worker = (Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % PORT_RANGES
  const begin = FIRST_PORT + worker * PORTS_PER_RANGE
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = begin + Math.floor(Math.random() * (PORTS_PER_RANGE - count))
    const ports = Array.from({ length: count }, (_, at) => first + at)
    const free = await Promise.all(ports.map(isFree))
    if (!free.every(Boolean) || ports.some((port) => given.has(port))) continue
    for (const port of ports) given.add(port)
    return first
  }
  throw new Error(`unable to find ${count} free ports`)
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function serviceFolder(): string {
  const folder = join(CACHE, 'running')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  return folder
}

function isBuilt(name: string): boolean {
  try {
    execFileSync('bash', ['-c', '. "$0/lib.sh"; test -x "$(go_binary "$1")"', SCRIPTS, name], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

function lacksPrograms(packages: string, programs: readonly string[]): string | undefined {
  const missing = programs.filter((program) => !existsSync(join('/usr/bin', program)))
  return missing.length === 0 ? undefined : `${missing[0]} is not installed: apt-get install ${packages}`
}
