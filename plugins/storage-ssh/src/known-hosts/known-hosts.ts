import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** One line of a known_hosts file. */
interface KnownHost {
  readonly isRevoked: boolean
  /** Names, patterns and hashes, as they stand there. */
  readonly hosts: readonly string[]
  readonly keyType: string
  readonly key: Buffer
}

/** What the known_hosts files say about the key that a server shows. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'revoked' }
  /** Nothing is known of the host. */
  | { readonly kind: 'unknown' }
  /** Other keys are known; `types` names their kinds. */
  | { readonly kind: 'changed'; readonly types: readonly string[] }

const SSH_PORT = 22

/** The entries of known_hosts files, in OpenSSH's format. Lines that cannot be read are passed over, as OpenSSH does. */
export class KnownHosts {
  readonly #entries: readonly KnownHost[]

  constructor(text: string) {
    this.#entries = text.split(/\r?\n/).flatMap(parseLine)
  }

  judge(host: string, port: number, key: Buffer): HostKeyVerdict {
    const revoked = this.#entries.some((entry) => entry.isRevoked && entry.key.equals(key))
    if (revoked) return { kind: 'revoked' }
    const known = this.#entriesOf(host, port)
    if (known.some((entry) => entry.key.equals(key))) return { kind: 'known' }
    if (known.length > 0) return { kind: 'changed', types: unique(known.map(({ keyType }) => keyType)) }
    return { kind: 'unknown' }
  }

  /** Kinds of keys that are known for a host: a server that has several is to show one of these. */
  keyTypes(host: string, port: number): readonly string[] {
    return unique(this.#entriesOf(host, port).map(({ keyType }) => keyType))
  }

  #entriesOf(host: string, port: number): readonly KnownHost[] {
    const of = (name: string) =>
      this.#entries.filter((entry) => !entry.isRevoked && matchesHost(entry.hosts, name))
    const own = of(hostName(host, port))
    // As OpenSSH does: a host on another port may stand there without it.
    return own.length > 0 || port === SSH_PORT ? own : of(host)
  }
}

/** As it stands in known_hosts. */
export function hostName(host: string, port: number): string {
  return port === SSH_PORT ? host : `[${host}]:${port}`
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The kind that a public key names itself: `ssh-ed25519`. */
export function keyTypeOf(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0))
}

/** A line for a known_hosts file. */
export function knownHostLine(host: string, port: number, key: Buffer): string {
  return `${hostName(host, port)} ${keyTypeOf(key)} ${key.toString('base64')}\n`
}

function parseLine(line: string): readonly KnownHost[] {
  const words = line.trim().split(/\s+/)
  if (words[0] === '' || words[0]?.startsWith('#')) return []
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined
  // Certificates of hosts are not asked for, so that their authorities mean nothing here.
  if (marker !== undefined && marker !== '@revoked') return []
  const [hosts, keyType, key] = words
  if (hosts === undefined || keyType === undefined || key === undefined) return []
  const bytes = Buffer.from(key, 'base64')
  if (keyTypeOf(bytes) !== keyType) return []
  return [{ isRevoked: marker === '@revoked', hosts: hosts.split(','), keyType, key: bytes }]
}

function matchesHost(patterns: readonly string[], name: string): boolean {
  let isMatched = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false
    } else isMatched ||= pattern.startsWith('|') ? matchesHash(pattern, name) : matchesPattern(pattern, name)
  }
  return isMatched
}

function matchesHash(hash: string, name: string): boolean {
  const [, version, salt, digest] = hash.split('|')
  if (version !== '1' || salt === undefined || digest === undefined) return false
  const expected = Buffer.from(digest, 'base64')
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function matchesPattern(pattern: string, name: string): boolean {
  const escaped = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${escaped}$`).test(name)
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
