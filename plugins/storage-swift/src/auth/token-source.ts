import { isWalgError, WalgError } from '@walg/sdk'
import type { Access } from './log-in.js'

/** Before a token ends another one is got. */
const SPARE_MS = 60_000

/** The token that all requests use: got when it is needed, and again before it ends or when the storage takes it no more. */
export class TokenSource {
  readonly #logIn: (() => Promise<Access>) | undefined
  #access: Access | undefined
  #pending: Promise<Access> | undefined

  /** Without `logIn` there is only what is given. */
  constructor(logIn: (() => Promise<Access>) | undefined, given: Access | undefined) {
    this.#logIn = logIn
    this.#access = given
  }

  /** As openstack-swift-client asks for it. */
  async authenticate(): Promise<Access> {
    const access = this.#access
    if (access && (!this.#logIn || !endsSoon(access))) return access
    return await this.#renewed()
  }

  /** The storage has refused a token. Resolves when there is another. */
  async renew(refused: string): Promise<void> {
    if (this.#access !== undefined && this.#access.token !== refused) return
    if (!this.#logIn)
      throw new WalgError(
        'E_STORAGE_PERMISSION',
        'unable to use the storage: it does not take OS_AUTH_TOKEN (any more)',
      )
    try {
      await this.#renewed()
    } catch (error) {
      if (!isWalgError(error, 'E_STORAGE_PERMISSION')) throw error
      const why = `${error.message}, and the token it has given before is not taken any more`
      throw new WalgError(error.code, why, { details: error.details, cause: error })
    }
  }

  async #renewed(): Promise<Access> {
    this.#pending ??= this.#logIn!().then(
      (access) => {
        this.#access = access
        this.#pending = undefined
        return access
      },
      (error) => {
        this.#pending = undefined
        throw error
      },
    )
    return await this.#pending
  }
}

function endsSoon({ expiresAt }: Access): boolean {
  return expiresAt !== undefined && expiresAt - Date.now() < SPARE_MS
}
