import { chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '@walg/sdk'
import { openSshDriver } from '../../plugins/storage-ssh/src/lazy/ssh-driver.js'
import type { SshAccess, SshTimeouts } from '../../plugins/storage-ssh/src/sftp/ssh-access.js'
import { describePostgresRoundTrip } from '../e2e/postgres/round-trip.js'
import { lacksService } from '../support/services.js'
import { type SshServer, startSshServer } from '../support/sshd.js'
import { startFaultyLink } from '../support/toxiproxy.js'
import { describeConformance } from './conformance.js'
import { describeNetworkFaults, IDLE_MS } from './network-faults.js'

const IMPATIENT: SshTimeouts = { connectMs: 2_000, loginMs: 3_000, idleMs: IDLE_MS }
const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

function accessTo(server: SshServer, more: Partial<SshAccess> = {}): SshAccess {
  const port = more.port ?? server.service.port
  const file = join(server.service.folder, `known-${port}`)
  writeFileSync(file, server.knownHosts(port))
  return {
    host: '127.0.0.1',
    port,
    folder: more.folder ?? server.folder(),
    username: server.username,
    key: { path: server.keyPath, content: readFileSync(server.keyPath) },
    hostKeys: { checking: 'yes', file },
    log,
    ...more,
  }
}

describeConformance('OpenSSH', lacksService('sshd'), async () => {
  const server = await startSshServer()
  return {
    open: async () => openSshDriver(accessTo(server)),
    stop: () => server.service.stop(),
  }
})

describeNetworkFaults('OpenSSH on a bad network', lacksService('sshd', 'toxiproxy'), async () => {
  const server = await startSshServer()
  const link = await startFaultyLink(server.service.port)
  return {
    link,
    async open() {
      const folder = server.folder()
      return {
        through: openSshDriver(accessTo(server, { folder, port: link.port }), IMPATIENT),
        past: openSshDriver(accessTo(server, { folder })),
      }
    },
    async stop() {
      await link.stop()
      await server.service.stop()
    },
  }
})

describePostgresRoundTrip(
  'storage-ssh',
  { plugin: 'storage-ssh', lacking: lacksService('sshd') },
  async () => {
    const server = await startSshServer()
    return {
      async settings(folder) {
        // PostgreSQL and the server run as different users.
        const [key, known] = [join(folder, 'id'), join(folder, 'known_hosts')]
        copyFileSync(server.keyPath, key)
        writeFileSync(known, server.knownHosts(server.service.port))
        const { uid, gid } = statSync(folder)
        chownSync(key, uid, gid)
        return {
          WALG_SSH_PREFIX: `ssh://127.0.0.1${server.folder()}`,
          SSH_PORT: String(server.service.port),
          SSH_USERNAME: server.username,
          SSH_PRIVATE_KEY_PATH: key,
          SSH_KNOWN_HOSTS_FILE: known,
        }
      },
      stop: () => server.service.stop(),
    }
  },
)
