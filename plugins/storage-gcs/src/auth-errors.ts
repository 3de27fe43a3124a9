import { WalgError } from '@walg/sdk'

/** What Google's library says of a token service that refuses. */
interface AuthFailure extends Error {
  readonly code?: string | number
  readonly response?: {
    readonly status?: number
    readonly headers?: Readonly<Record<string, string>>
    readonly data?: unknown
  }
}

const NETWORK = /^(E[A-Z_]{3,}|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/
const SKEW_MS = 60_000

/** Why there is no access token. */
export function authError(action: string, error: AuthFailure): WalgError {
  const { response, message } = error
  const code = String(error.code ?? '')
  const fail = (walgCode: string, why: string, retryable = false) =>
    new WalgError(walgCode, `unable to ${action}: ${why}`, {
      retryable,
      details: { ...(response?.status && { status: response.status }) },
      cause: error,
    })
  const status = response?.status ?? 0
  if (status >= 500 || status === 429)
    return fail('E_STORAGE_UNAVAILABLE', `the token service answers ${status}`, true)
  if (response) {
    const skew = clockSkew(response.headers)
    return fail('E_STORAGE_PERMISSION', skew ?? `the credentials are refused (${refusalOf(error)})`)
  }
  if (/default credentials|find credentials/i.test(message)) {
    return fail(
      'E_STORAGE_PERMISSION',
      'no credentials are found: set GOOGLE_APPLICATION_CREDENTIALS, log in with gcloud, or run where there is a metadata server',
    )
  }
  if (/^(ENOENT|EACCES|EISDIR)$/.test(code) || /does not exist, or it is not a file/.test(message))
    return fail('E_STORAGE_PERMISSION', 'the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read')
  if (NETWORK.test(code))
    return fail('E_STORAGE_UNAVAILABLE', `no answer from the token service (${message})`, true)
  if (/no credentials came within/.test(message)) return fail('E_STORAGE_UNAVAILABLE', message, true)
  return fail('E_STORAGE_PERMISSION', `the credentials cannot be used (${oneLine(message)})`)
}

/** Tokens are refused when the clock of this machine is wrong, with a text that does not say so. */
function clockSkew(headers: Readonly<Record<string, string>> = {}): string | undefined {
  const theirs = Date.parse(headers['date'] ?? '')
  const ours = Date.now()
  if (!Number.isFinite(theirs) || Math.abs(ours - theirs) < SKEW_MS) return undefined
  return `the clock is wrong: here it is ${iso(ours)}, at the token service ${iso(theirs)}`
}

function refusalOf({ response, message }: AuthFailure): string {
  const data = (response?.data ?? {}) as { readonly error?: unknown; readonly error_description?: unknown }
  const said = [data.error, data.error_description].filter((text) => typeof text === 'string').join(': ')
  return oneLine(said || message)
}

const iso = (ms: number) => new Date(ms).toISOString()
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 300)
