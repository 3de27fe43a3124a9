import { isWalgError, WalgError } from '@walg/sdk'
import { shownMethods } from './login.js'
import type { SshAccess } from './ssh-access.js'

/** Status codes of SFTP version 3. */
export const SFTP = {
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  BAD_MESSAGE: 5,
  NO_CONNECTION: 6,
  CONNECTION_LOST: 7,
  OP_UNSUPPORTED: 8,
} as const

/** The server has said no. Not the error of ssh2: codes of other errors, such as those of aborts, are numbers, too. */
export class SftpStatus extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof SftpStatus && error.status === status
}

const RESOLVING: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name service does not answer',
  EAI_FAIL: 'the name service fails',
}
const REACHING: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'the connection timed out',
}

/** What it means that a connection could not be made, or broke. */
export function connectionError(access: SshAccess, error: unknown, wasConnected: boolean): WalgError {
  if (isWalgError(error)) return error
  const { code, level, message } = firstOf(error) as Error & { code?: string | number; level?: string }
  const where = `${access.host} port ${access.port}`
  const fail = (walgCode: string, why: string, retryable: boolean) =>
    new WalgError(walgCode, `unable to ${wasConnected ? 'go on with' : 'connect to'} ${where}: ${why}`, {
      retryable,
      details: { host: access.host, port: access.port },
      cause: error,
    })
  if (level === 'client-authentication' || level === 'agent') return refusedLogin(access, message, error)
  if (typeof code === 'string' && RESOLVING[code] !== undefined)
    // A name that was known a moment ago is not wrong: its service has a hiccup.
    return fail('E_STORAGE_UNAVAILABLE', RESOLVING[code], wasConnected || code !== 'ENOTFOUND')
  if (typeof code === 'string' && REACHING[code] !== undefined)
    return fail('E_STORAGE_UNAVAILABLE', REACHING[code], true)
  if (level === 'client-timeout')
    return fail('E_STORAGE_UNAVAILABLE', wasConnected ? 'it does not answer any more' : 'no answer', true)
  if (/no matching|unsupported|Protocol version/i.test(message))
    return fail('E_STORAGE_UNAVAILABLE', message.replace(/^Handshake failed: /, ''), false)
  return fail('E_STORAGE_UNAVAILABLE', message, true)
}

function refusedLogin(access: SshAccess, message: string, cause: unknown): WalgError {
  const { host, username, agent } = access
  const why = /all configured authentication methods failed/i.test(message)
    ? `it refuses the user ${username} with ${shownMethods(access)}`
    : agent !== undefined
      ? `the agent ${agent} does not help: ${message}`
      : message
  return new WalgError('E_STORAGE_PERMISSION', `unable to log in to ${host}: ${why}`, {
    details: { host, username },
    cause,
  })
}

/** Several addresses of a host fail with one error for all. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
}

/** What an answer of the SFTP server means. Undefined for errors that are no answer. */
export function statusError(verb: string, key: string, error: unknown): WalgError | undefined {
  if (!(error instanceof SftpStatus)) return undefined
  const { status, message } = error
  const fail = (walgCode: string, why: string, retryable = false) =>
    new WalgError(walgCode, `unable to ${verb} ${key}: ${why}`, {
      retryable,
      details: { key, status },
      cause: error,
    })
  switch (status) {
    case SFTP.NO_SUCH_FILE:
      return fail('E_STORAGE_NOT_FOUND', 'no such object')
    case SFTP.PERMISSION_DENIED:
      return fail('E_STORAGE_PERMISSION', 'permission denied on the server')
    case SFTP.BAD_MESSAGE:
      return fail('E_STORAGE_KEY', "the server's file system does not take this name, which may be too long")
    case SFTP.OP_UNSUPPORTED:
      return fail('E_STORAGE_CONFIG', 'the server does not support it')
    default:
      return fail('E_STORAGE_UNAVAILABLE', `the server says: ${message}`, true)
  }
}
