import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Log, Secret } from '@walg/sdk'
import { onTestFinished } from 'vitest'
import type { SshAccess } from '../src/sftp/ssh-access.js'
import type { TestServer } from './sftp-server.js'

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Access to a server of the tests, whose key is known. */
export function accessTo(server: TestServer, more: Partial<SshAccess> = {}): SshAccess {
  return {
    host: '127.0.0.1',
    port: server.port,
    folder: '/',
    username: 'backup',
    password: new Secret('right'),
    hostKeys: { checking: 'yes', file: knownHostsFile(`[127.0.0.1]:${server.port} ${server.hostKey}\n`) },
    log: silent,
    ...more,
  }
}

export function knownHostsFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'walg-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'known_hosts')
  writeFileSync(file, content)
  return file
}
