import type { Log, Secret } from '@walg/sdk'
import type { HostKeyChecking } from '../known-hosts/host-key-check.js'

/** Where the repository is, and how one gets there. */
export interface SshAccess {
  readonly host: string
  readonly port: number
  /** Absolute. */
  readonly folder: string
  readonly username: string
  readonly key?: { readonly path: string; readonly content: Buffer; readonly passphrase?: Secret }
  readonly password?: Secret
  /** Socket of an agent. */
  readonly agent?: string
  readonly hostKeys: { readonly checking: HostKeyChecking; readonly file?: string }
  readonly log: Log
}

/** Milliseconds; tests make them short. */
export interface SshTimeouts {
  /** Until the server's address has taken the connection. */
  readonly connectMs: number
  /** From there until the login is done. */
  readonly loginMs: number
  /** Without a sign of life after which the connection is given up. */
  readonly idleMs: number
}

export const SSH_TIMEOUTS: SshTimeouts = { connectMs: 10_000, loginMs: 30_000, idleMs: 60_000 }
