import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Log, WalgError } from '@walg/sdk'
import { fingerprint, hostName, KnownHosts, keyTypeOf, knownHostLine } from './known-hosts.js'

/** What is done about keys of hosts: `yes` refuses unknown ones, `accept-new` writes them down, `no` looks at none. */
export type HostKeyChecking = 'yes' | 'accept-new' | 'no'

export interface HostKeyCheckOptions {
  readonly host: string
  readonly port: number
  readonly checking: HostKeyChecking
  /** Instead of the files of OpenSSH. */
  readonly file?: string
  readonly log: Log
}

/** Kinds of signatures that a kind of key makes; the others have one of their own name. */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
}
const OFFERED = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

/** Decides whether the server that answers is the one that is meant. Made anew for each connection: the files may have changed. */
export class HostKeyCheck {
  readonly #o: HostKeyCheckOptions
  readonly #known: KnownHosts

  private constructor(o: HostKeyCheckOptions, known: KnownHosts) {
    this.#o = o
    this.#known = known
  }

  static async begin(o: HostKeyCheckOptions): Promise<HostKeyCheck> {
    const texts = o.checking === 'no' ? [] : await Promise.all(knownHostsFiles(o).map(readIfThere))
    return new HostKeyCheck(o, new KnownHosts(texts.join('\n')))
  }

  /** Kinds of signatures to ask for, those of known keys first. */
  algorithms(): readonly string[] {
    const known = this.#known.keyTypes(this.#o.host, this.#o.port)
    const wanted = known.flatMap((type) => SIGNATURES[type] ?? [type])
    return [...new Set([...wanted, ...OFFERED])].filter((name) => OFFERED.includes(name))
  }

  /** Rejects with `E_STORAGE_PERMISSION` when the key is not to be trusted. */
  async require(key: Buffer): Promise<void> {
    const { host, port, checking, log } = this.#o
    if (checking === 'no') return
    const verdict = this.#known.judge(host, port, key)
    switch (verdict.kind) {
      case 'known':
        return
      case 'revoked':
        throw this.#refused(key, 'is marked as revoked in known_hosts')
      case 'changed':
        throw this.#refused(
          key,
          `is NOT the one in ${this.#files()} (${verdict.types.join(', ')}): another machine may be answering in its place; ` +
            `if the host has a new key, remove the old one with ssh-keygen -R '${hostName(host, port)}'${this.#fileFlag()}`,
        )
      case 'unknown':
        if (checking === 'accept-new') {
          await this.#remember(key)
          log.warn(`the key of ${hostName(host, port)} is new and from now on trusted: ${this.#shown(key)}`)
          return
        }
        throw this.#refused(
          key,
          `is not in ${this.#files()}; compare it with that of the host, and add it with ` +
            `ssh-keyscan -p ${port} ${host} >> ${knownHostsFiles(this.#o)[0]}`,
        )
    }
  }

  async #remember(key: Buffer): Promise<void> {
    const { host, port } = this.#o
    const file = knownHostsFiles(this.#o)[0]!
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await appendFile(file, knownHostLine(host, port, key), { mode: 0o600 })
    } catch (error) {
      const why = `unable to write the key of ${host} to ${file}: ${(error as Error).message}`
      throw new WalgError('E_STORAGE_CONFIG', why, { cause: error })
    }
  }

  #refused(key: Buffer, why: string): WalgError {
    const { host, port } = this.#o
    return new WalgError(
      'E_STORAGE_PERMISSION',
      `unable to trust ${hostName(host, port)}: its key ${this.#shown(key)} ${why}`,
      { details: { host, port, keyType: keyTypeOf(key), fingerprint: fingerprint(key) } },
    )
  }

  #shown(key: Buffer): string {
    return `${keyTypeOf(key)} ${fingerprint(key)}`
  }

  #files(): string {
    return knownHostsFiles(this.#o).join(' or ')
  }

  #fileFlag(): string {
    return this.#o.file === undefined ? '' : ` -f ${this.#o.file}`
  }
}

function knownHostsFiles({ file }: HostKeyCheckOptions): readonly string[] {
  return file === undefined ? [join(homedir(), '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'] : [file]
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    throw new WalgError('E_STORAGE_CONFIG', `unable to read the known hosts of ${path}: ${message}`, {
      cause: error,
    })
  }
}
