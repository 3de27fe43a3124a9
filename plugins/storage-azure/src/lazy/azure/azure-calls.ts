import { setMaxListeners } from 'node:events'
import { type BlockBlobClient, type ContainerClient, RestError } from '@azure/storage-blob'
import { type CallOptions, isWalgError, type PutOptions, WalgError } from '@walg/sdk'
import { connectionError, type Refusal, refusalError } from '../../azure-errors.js'
import type { AzureOptions } from '../../azure-options.js'
import { type Exchange, exchanges } from '../../exchange.js'

/** One call of the client. */
export interface Call extends CallOptions, Pick<PutOptions, 'ifAbsent' | 'ifMatch'> {
  /** For messages: `read wal_005/x`. */
  readonly action: string
  readonly body?: readonly Uint8Array[]
  /** Base64 of the MD5 of the body, which the service compares. */
  readonly md5?: string
  readonly isEndless?: boolean
}

/** Names of the errors that the identity library throws when it has nothing to show. */
const NO_TOKEN =
  /^(CredentialUnavailableError|AggregateAuthenticationError|AuthenticationError|AuthenticationRequiredError)$/

/** Calls of the client on one container, with errors classified. */
export class AzureCalls {
  readonly container: ContainerClient
  readonly #options: AzureOptions
  readonly #host: string

  constructor(container: ContainerClient, options: AzureOptions) {
    this.container = container
    this.#options = options
    this.#host = new URL(options.url).host
  }

  /** Rejects with `E_STORAGE_KEY` what the service would store under another name. */
  blob(key: string): BlockBlobClient {
    if (key.includes('\\')) {
      throw new WalgError(
        'E_STORAGE_KEY',
        `unable to use '${key}' as the name of an object: Azure takes \\ for /`,
        {
          details: { key },
        },
      )
    }
    return this.container.getBlockBlobClient(`${this.#options.root}${key}`)
  }

  /** Does what `run` does, in the name of this call. */
  async do<T>(call: Call, run: (exchange: Exchange) => Promise<T>): Promise<T> {
    const { signal } = call
    signal.throwIfAborted()
    // Many calls under way with one signal are no leak, which Node would warn of.
    setMaxListeners(0, signal)
    const exchange: Exchange = { ...call }
    try {
      return await exchanges.run(exchange, () => run(exchange))
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw this.#classified(call, error)
    }
  }

  /** An answer within an answer, such as that to a part of a batch. */
  refused(call: Pick<Call, 'action' | 'ifAbsent' | 'ifMatch'>, refusal: Refusal): WalgError {
    const { container, account } = this.#options
    return refusalError(
      {
        action: call.action,
        container,
        account,
        host: this.#host,
        ...(call.ifAbsent && { ifAbsent: true }),
        ...(call.ifMatch !== undefined && { ifMatch: true }),
      },
      refusal,
    )
  }

  #classified(call: Call, error: unknown): unknown {
    if (isWalgError(error)) return error
    const { name, message } = error as Error
    if (NO_TOKEN.test(name)) return tokenError(call.action, error as Error)
    if (!(error instanceof RestError)) return error
    if (error.statusCode === undefined || error.response === undefined) {
      return connectionError(call.action, this.#host, new Error(message.split('\n')[0]))
    }
    const { response, statusCode: status } = error
    const details = (error.details ?? {}) as { readonly errorCode?: string; readonly message?: string }
    const code = details.errorCode ?? response.headers.get('x-ms-error-code') ?? error.code ?? ''
    return this.refused(call, {
      status,
      code,
      message: details.message ?? message,
      header: (header) => response.headers.get(header),
    })
  }
}

/** Why there is no access token: what each link of the chain says, in one line. */
function tokenError(action: string, error: Error): WalgError {
  const isUnreachable =
    /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|network_error|endpoints_resolution_error/i.test(error.message)
  const isRefused = /AADSTS\d+/.exec(error.message) !== null
  const said = error.message.replace(/\s+/g, ' ').trim().slice(0, 500)
  if (error.name === 'AuthenticationError' && isUnreachable && !isRefused) {
    return new WalgError(
      'E_STORAGE_UNAVAILABLE',
      `unable to ${action}: no answer from the token service (${said})`,
      {
        retryable: true,
        cause: error,
      },
    )
  }
  const why =
    isRefused || error.name === 'AuthenticationError'
      ? 'the credentials are refused'
      : 'no credentials are found'
  return new WalgError('E_STORAGE_PERMISSION', `unable to ${action}: ${why} (${said})`, { cause: error })
}
