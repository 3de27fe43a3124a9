import { WalgError } from '@walg/sdk'
import { type Credentials, credentialFiles } from './credential-files.js'
import type { CredentialSettings, S3Config } from './s3-config.js'

type Provider = () => Promise<Credentials>

/** Renewed before a long request could outlive them. */
const RENEWED_BEFORE_MS = 5 * 60_000

/**
 * Gives credentials for each request: those of the settings, of the files of the AWS tools, or what the AWS SDK finds. Those that
 * expire are renewed before they do.
 */
export class CredentialSource {
  readonly #find: () => Promise<Provider>
  readonly #now: () => number
  #provider: Promise<Provider> | undefined
  #current: Credentials | undefined
  #asking: Promise<Credentials> | undefined

  constructor(find: () => Promise<Provider>, now: () => number = Date.now) {
    this.#find = find
    this.#now = now
  }

  async get(): Promise<Credentials> {
    if (this.#current && !this.#isOld(this.#current, RENEWED_BEFORE_MS)) return this.#current
    try {
      // Many requests at once ask only once.
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
      return await this.#asking
    } catch (error) {
      // What is valid for some minutes yet is better than nothing.
      if (this.#current && !this.#isOld(this.#current, 0)) return this.#current
      throw error
    }
  }

  /** The server no longer takes these credentials. True when there may be others by now. */
  async renew(refused: Credentials): Promise<boolean> {
    if (this.#current === refused) this.#current = undefined
    try {
      const { accessKeyId, sessionToken } = await this.get()
      return accessKeyId !== refused.accessKeyId || sessionToken !== refused.sessionToken
    } catch {
      return false
    }
  }

  async #ask(): Promise<Credentials> {
    this.#provider ??= this.#find()
    let provider: Provider
    try {
      provider = await this.#provider
    } catch (error) {
      this.#provider = undefined
      throw error
    }
    this.#current = await provider()
    return this.#current
  }

  #isOld({ expiration }: Credentials, marginMs: number): boolean {
    return expiration !== undefined && expiration.getTime() - marginMs <= this.#now()
  }
}

/** The source that the settings name. The AWS SDK is loaded only when it is needed to get credentials. */
export function credentialSource(config: S3Config, region: () => Promise<string>): CredentialSource {
  return new CredentialSource(async () => {
    const settings = config.credentials
    const given = givenCredentials(settings)
    if (given && settings.roleArn === undefined) return async () => given
    if (!given && !needsChain(settings)) {
      const { sharedKeys } = await import('./lazy/shared-keys.js')
      const files = credentialFiles(settings)
      if (await sharedKeys(files)) {
        return async () => {
          const keys = await sharedKeys(files)
          if (keys) return keys
          throw noCredentials(`the profile ${files.profile} of ${files.sharedFile} holds none any more`)
        }
      }
    }
    const { credentialChain } = await import('./lazy/credential-chain.js')
    const chain = credentialChain({ settings, given, config, region: await region() })
    return async () => {
      try {
        return await chain()
      } catch (error) {
        throw noCredentials(error instanceof Error ? error.message : String(error), error)
      }
    }
  })
}

function givenCredentials({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: CredentialSettings): Credentials | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
}

function needsChain({ roleArn, tokenFile, isYandex }: CredentialSettings): boolean {
  return roleArn !== undefined || tokenFile !== undefined || isYandex
}

function noCredentials(why: string, cause?: unknown): WalgError {
  const text = why.replace(/\s+/g, ' ').trim()
  return new WalgError(
    'E_STORAGE_PERMISSION',
    `unable to find credentials for S3: ${text}; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are the simplest ones`,
    { ...(cause !== undefined && { cause }) },
  )
}
