import { WalgError } from '@walg/sdk'
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2'
import type { SshAccess } from './ssh-access.js'

/** The key, ready to sign. A key that cannot be used is `E_SETTING_INVALID`. */
export function parseKey(key: NonNullable<SshAccess['key']>): ParsedKey {
  const parsed = ssh2.utils.parseKey(key.content, key.passphrase?.reveal())
  const why = parsed instanceof Error ? whyUnusable(parsed.message) : undefined
  if (parsed instanceof Error || !parsed.isPrivateKey()) {
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to use the key SSH_PRIVATE_KEY_PATH=${key.path}: ${why ?? 'it is a public key'}`,
    )
  }
  return parsed
}

function whyUnusable(message: string): string {
  if (/no passphrase given/i.test(message)) return 'it is encrypted; set SSH_PRIVATE_KEY_PASSPHRASE'
  if (/bad (passphrase|decrypt)|integrity check failed|malformed openssh private key/i.test(message))
    return 'wrong SSH_PRIVATE_KEY_PASSPHRASE, or the file is damaged'
  if (/unsupported key format/i.test(message)) return 'it is no private key in a form that is understood'
  return message
}

/** The ways to log in, in the order in which they are tried; and a name for each, for messages. */
export function loginMethods(access: SshAccess, key: ParsedKey | undefined): readonly AnyAuthMethod[] {
  const { username, password, agent } = access
  const methods: AnyAuthMethod[] = []
  if (key) methods.push({ type: 'publickey', username, key })
  if (agent !== undefined) methods.push({ type: 'agent', username, agent })
  if (password) {
    const secret = password.reveal()
    methods.push({ type: 'password', username, password: secret })
    // How servers that ask PAM want a password.
    methods.push({
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => secret)),
    })
  }
  return methods
}

export function shownMethods({ key, password, agent }: SshAccess): string {
  const shown = [
    key && `the key ${key.path}`,
    password && 'the password',
    agent !== undefined && 'the keys of the agent',
  ]
  return shown.filter(Boolean).join(' and ')
}
