import { WalgError } from '@walg/sdk'

export type KeyHalf = 'public' | 'private'

const COMMANDS: Readonly<Record<KeyHalf, string>> = { public: '--export', private: '--export-secret-keys' }

/**
 * Has gpg export a key of its ring, armored. A passphrase goes through a pipe. Rejects with `E_SETTING_INVALID` when gpg is missing or has
 * no such key.
 */
export async function exportedKey(
  id: string,
  half: KeyHalf,
  passphrase: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { spawn } = await import('node:child_process')
  const unattended = passphrase === undefined ? [] : ['--pinentry-mode', 'loopback', '--passphrase-fd', '0']
  return await new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new WalgError('E_SETTING_INVALID', `unable to export the key of WALG_GPG_KEY_ID with gpg: ${why}`),
      )
    const gpg = spawn('gpg', ['--batch', '--armor', ...unattended, COMMANDS[half], '--', id], {
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
    })
    let armored = ''
    let complaints = ''
    gpg.stdout.setEncoding('utf8').on('data', (text: string) => {
      armored += text
    })
    gpg.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
    })
    gpg.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(signal.reason)
      else fail(error.code === 'ENOENT' ? 'there is no gpg program on the PATH' : error.message)
    })
    gpg.on('close', (code) => {
      if (armored !== '') resolve(armored)
      else fail(complaints.trim().split('\n')[0] || `it ended with ${code} and gave nothing out`)
    })
    gpg.stdin.on('error', () => undefined)
    gpg.stdin.end(passphrase === undefined ? '' : `${passphrase}\n`)
  })
}
