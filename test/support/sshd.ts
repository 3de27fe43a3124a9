import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Service, startService } from './services.js'

/** An OpenSSH server, and how one gets in. */
export interface SshServer {
  readonly service: Service
  readonly username: string
  /** Private keys: ed25519, and RSA in PEM. */
  readonly keyPath: string
  readonly rsaKeyPath: string
  /** A known_hosts file that holds its key, for the given port beside its own. */
  knownHosts(port: number): string
  /** A new empty folder that its user can write. */
  folder(): string
}

export async function startSshServer(): Promise<SshServer> {
  const service = await startService('sshd')
  const owner = statSync(join(service.folder, 'id'))
  let count = 0
  return {
    service,
    username: process.getuid?.() === 0 ? nameOf(owner.uid) : userInfo().username,
    keyPath: join(service.folder, 'id'),
    rsaKeyPath: join(service.folder, 'id_rsa'),
    knownHosts(port) {
      const [type, key] = readFileSync(join(service.folder, 'host.pub'), 'utf8').split(' ')
      return [service.port, port].map((one) => `[127.0.0.1]:${one} ${type} ${key}\n`).join('')
    },
    folder() {
      const folder = join(service.folder, `repository-${++count}`)
      mkdirSync(folder)
      chownSync(folder, owner.uid, owner.gid)
      return folder
    },
  }
}

function nameOf(uid: number): string {
  return execFileSync('id', ['-nu', String(uid)], { encoding: 'utf8' }).trim()
}
