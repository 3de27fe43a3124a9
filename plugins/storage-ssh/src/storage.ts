import { readFile } from 'node:fs/promises'
import { defineSettings, defineStorage, type PluginContext, type Secret, WalgError } from '@walg/sdk'
import type { SshAccess } from './sftp/ssh-access.js'
import { parsePrefix } from './ssh-prefix.js'

const sshSettings = defineSettings({
  WALG_SSH_PREFIX: {
    kind: 'string',
    aliases: ['WALE_SSH_PREFIX'],
    doc: 'Host and absolute folder: `ssh://host/folder`; the folder must exist',
  },
  SSH_PORT: {
    kind: 'int',
    min: 1,
    aliases: ['WALG_SSH_PORT', 'WALE_SSH_PORT'],
    doc: 'Port; 22 when neither this nor the prefix says it',
  },
  SSH_USERNAME: {
    kind: 'string',
    aliases: ['WALG_SSH_USERNAME', 'WALE_SSH_USERNAME'],
    doc: 'User on the host',
  },
  SSH_PASSWORD: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_SSH_PASSWORD', 'WALE_SSH_PASSWORD'],
    doc: 'Password, tried after the key',
  },
  SSH_PRIVATE_KEY_PATH: {
    kind: 'path',
    aliases: ['WALG_SSH_PRIVATE_KEY_PATH', 'WALE_SSH_PRIVATE_KEY_PATH'],
    doc: 'File with the private key',
  },
  SSH_PRIVATE_KEY_PASSPHRASE: {
    kind: 'string',
    secret: true,
    doc: 'Passphrase of the private key',
  },
  SSH_KNOWN_HOSTS_FILE: {
    kind: 'path',
    doc: 'File of trusted host keys, instead of `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`',
  },
  SSH_HOST_KEY_CHECKING: {
    kind: 'enum',
    values: ['yes', 'accept-new', 'no'],
    default: 'yes',
    doc: 'Hosts whose key is unknown: `yes` refuses them, `accept-new` trusts and remembers them; `no` trusts everybody, as WAL-G does',
  },
  SSH_AUTH_SOCK: {
    kind: 'path',
    doc: 'Socket of an SSH agent, used when neither key nor password is set',
  },
})

export default defineStorage({
  id: 'ssh',
  settings: sshSettings,
  async open(ctx) {
    const access = await accessOf(ctx)
    const { openSshDriver } = await import('./lazy/ssh-driver.js')
    return openSshDriver(access)
  },
})

async function accessOf({ settings, log }: PluginContext): Promise<SshAccess> {
  const prefix = settings.get(sshSettings, 'WALG_SSH_PREFIX')
  if (prefix === undefined)
    throw new WalgError('E_STORAGE_CONFIG', 'unable to open the SSH storage: WALG_SSH_PREFIX is not set')
  const { host, folder, ...given } = parsePrefix(prefix)
  const username = settings.get(sshSettings, 'SSH_USERNAME') || given.username
  if (username === undefined) throw missing(host, 'SSH_USERNAME is not set')
  const keyPath = settings.get(sshSettings, 'SSH_PRIVATE_KEY_PATH')
  const passphrase = givenSecret(settings.get(sshSettings, 'SSH_PRIVATE_KEY_PASSPHRASE'))
  const password = givenSecret(settings.get(sshSettings, 'SSH_PASSWORD'))
  const agent = settings.get(sshSettings, 'SSH_AUTH_SOCK')
  if (!keyPath && !password && !agent)
    throw missing(host, 'set SSH_PRIVATE_KEY_PATH or SSH_PASSWORD, or run an agent (SSH_AUTH_SOCK)')
  const knownHostsFile = settings.get(sshSettings, 'SSH_KNOWN_HOSTS_FILE')
  const checking = settings.get(sshSettings, 'SSH_HOST_KEY_CHECKING')
  if (checking === 'no')
    log.warn(`SSH_HOST_KEY_CHECKING=no: any machine that answers for ${host} is trusted with all backups`)
  return {
    host,
    port: settings.get(sshSettings, 'SSH_PORT') ?? given.port ?? 22,
    folder,
    username,
    log,
    hostKeys: { checking, ...(knownHostsFile !== undefined && { file: knownHostsFile }) },
    ...(keyPath !== undefined && {
      key: { path: keyPath, content: await readKey(keyPath), ...(passphrase && { passphrase }) },
    }),
    ...(password && { password }),
    ...(agent !== undefined && !keyPath && !password && { agent }),
  }
}

/** An empty text in a config file or the environment gives nothing. */
function givenSecret(secret: Secret | undefined): Secret | undefined {
  return secret?.reveal() ? secret : undefined
}

async function readKey(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : message
    throw new WalgError('E_SETTING_INVALID', `unable to read the key SSH_PRIVATE_KEY_PATH=${path}: ${why}`, {
      cause: error,
    })
  }
}

function missing(host: string, why: string): WalgError {
  return new WalgError('E_SETTING_MISSING', `unable to open the SSH storage on ${host}: ${why}`)
}
