import { WalgError } from '@walg/sdk'

/** What a prefix such as `ssh://backup@host:2222/var/backup` names. */
export interface SshPrefix {
  readonly host: string
  /** Absolute, without a `/` at its end unless it is the root itself. */
  readonly folder: string
  /** Asked for only where no setting says it; WAL-G ignores the one and stumbles over the other. */
  readonly username?: string
  readonly port?: number
}

const FORM = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]/]+\]|[^:/@]+)(?::(\d+))?(\/[^?#]*)?$/i

export function parsePrefix(text: string): SshPrefix {
  const [, user, host, port, path = '/'] = FORM.exec(text) ?? []
  if (host === undefined) throw malformed(text, 'it must look like ssh://host/folder')
  // A password in the address would be shown wherever the prefix is.
  if (user?.includes(':')) throw malformed('', 'a password belongs into SSH_PASSWORD')
  const username = user ? decode(user, text) : undefined
  return {
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    folder: `/${decode(path, text).replace(/^\/+|\/+$/g, '')}`,
    ...(username !== undefined && { username }),
    ...(port !== undefined && { port: Number(port) }),
  }
}

function decode(text: string, prefix: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed(prefix, 'a % in it is not followed by two hexadecimal digits')
  }
}

function malformed(prefix: string, why: string): WalgError {
  const shown = prefix === '' ? 'WALG_SSH_PREFIX' : `WALG_SSH_PREFIX=${prefix}`
  return new WalgError('E_STORAGE_CONFIG', `unable to open the storage ${shown}: ${why}`)
}
