import { Storage } from '@google-cloud/storage'
import type { Auth } from '../auth.js'
import { authError } from '../auth-errors.js'

const READ_WRITE = 'https://www.googleapis.com/auth/devstorage.read_write'
/** The metadata server, the token service and a program that gives tokens answer within that, or not at all. */
const TIMEOUT_MS = 60_000
/** A token that is refused so soon after it was given will not get better. */
const FRESH_MS = 60_000

/** Google's own chain of credentials: key file, environment, gcloud's login, metadata server. Tokens are kept until they expire. */
export function googleAuth(keyFilename: string | undefined): Auth {
  let client = newClient(keyFilename)
  let givenAtMs = 0
  return {
    async headers(action, signal) {
      try {
        const headers = await beforeAbort(client.getRequestHeaders(), signal)
        // Of a file that is no JSON the library makes a client that has nothing to show.
        if (!headers['Authorization']) throw new Error('they give no access token')
        givenAtMs ||= Date.now()
        return headers
      } catch (error) {
        if (signal.aborted) throw signal.reason
        throw authError(action, error as Error)
      }
    },
    renew() {
      const isFresh = Date.now() - givenAtMs < FRESH_MS
      client = newClient(keyFilename)
      givenAtMs = 0
      return !isFresh
    },
  }
}

function newClient(keyFilename: string | undefined): Storage['authClient'] {
  return new Storage({ ...(keyFilename !== undefined && { keyFilename }), scopes: READ_WRITE } as object)
    .authClient
}

async function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {}
  const ended = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no credentials came within ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    )
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  })
  try {
    return await Promise.race([promise, ended])
  } finally {
    stop()
  }
}
