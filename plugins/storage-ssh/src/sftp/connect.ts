import { connect as connectSocket, type Socket } from 'node:net'
import { WalgError } from '@walg/sdk'
import ssh2, { type AnyAuthMethod, type Client, type ParsedKey, type SFTPWrapper } from 'ssh2'
import { HostKeyCheck } from '../known-hosts/host-key-check.js'
import { loginMethods } from './login.js'
import { SftpSession } from './sftp-session.js'
import type { SshAccess, SshTimeouts } from './ssh-access.js'
import { connectionError } from './ssh-errors.js'

/** Lost signs of life after which a peer counts as dead. */
const SIGNS_OF_LIFE = 3

/** Connects, checks the host, logs in and starts SFTP. Rejects with a WalgError that names the cause. */
export async function connectSftp(
  access: SshAccess,
  key: ParsedKey | undefined,
  timeouts: SshTimeouts,
  wasConnected: boolean,
): Promise<SftpSession> {
  const { host, port, hostKeys, log } = access
  const check = await HostKeyCheck.begin({ host, port, log, ...hostKeys })
  let socket: Socket | undefined
  try {
    socket = await openSocket(access, timeouts.connectMs)
    const client = new ssh2.Client()
    await logIn(client, socket, access, check, loginMethods(access, key), timeouts)
    const sftp = await startSftp(client, socket, access, timeouts.loginMs)
    return new SftpSession(client, socket, sftp, (cause) => connectionError(access, cause, true))
  } catch (error) {
    socket?.destroy()
    throw connectionError(access, error, wasConnected)
  }
}

async function openSocket({ host, port }: SshAccess, connectMs: number): Promise<Socket> {
  const socket = connectSocket({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(timedOut(`no connection within ${connectMs / 1000} s`))
      socket.destroy()
    }, connectMs)
    socket.once('connect', resolve).once('error', reject)
    socket.once('close', () => clearTimeout(timer)).once('connect', () => clearTimeout(timer))
  })
  return socket
}

async function logIn(
  client: Client,
  socket: Socket,
  access: SshAccess,
  check: HostKeyCheck,
  methods: readonly AnyAuthMethod[],
  { loginMs, idleMs }: SshTimeouts,
): Promise<void> {
  let distrust: unknown
  await new Promise<void>((resolve, reject) => {
    client
      .once('ready', resolve)
      // Every failure after the first is about a connection that is given up already.
      .on('error', (error) => reject(distrust ?? error))
      .once('close', () => reject(distrust ?? new Error('the server closed the connection before the login')))
    client.connect({
      sock: socket,
      username: access.username,
      authHandler: [...methods],
      readyTimeout: loginMs,
      keepaliveInterval: Math.ceil(idleMs / (SIGNS_OF_LIFE + 1)),
      keepaliveCountMax: SIGNS_OF_LIFE,
      algorithms: { serverHostKey: [...check.algorithms()] as never },
      hostVerifier: (key: Buffer, verify: (isTrusted: boolean) => void) => {
        check.require(key).then(
          () => verify(true),
          (error) => {
            distrust = error
            verify(false)
          },
        )
      },
    })
  })
}

async function startSftp(
  client: Client,
  socket: Socket,
  { host }: SshAccess,
  loginMs: number,
): Promise<SFTPWrapper> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut('SFTP does not start')), loginMs)
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      settle()
    }
    socket.once('close', () => finish(() => reject(new Error('the server closed the connection'))))
    client.sftp((error, sftp) => {
      if (!error) return finish(() => resolve(sftp))
      const why = `unable to use ${host}: it lets the user log in, but offers no SFTP`
      finish(() => reject(new WalgError('E_STORAGE_CONFIG', why, { cause: error })))
    })
  })
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { level: 'client-timeout' })
}
