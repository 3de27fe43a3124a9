import type { AzurePlace } from './azure-prefix.js'

/** Who gives access tokens, in the form that Microsoft's clients take. */
export interface TokenSource {
  getToken(
    scopes: string | string[],
    options?: object,
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>
}

/** How walg shows who it is. */
export type AzureCredentials =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'sas'; readonly sas: string }
  | { readonly kind: 'tokens'; readonly tokens: TokenSource }

/** The settings of the user, read. */
export interface AzureOptions extends AzurePlace {
  readonly account: string
  /** Of the account, without `/` at its end. */
  readonly url: string
  readonly credentials: AzureCredentials
  readonly blockBytes: number
  readonly concurrency: number
  /** The longest that one call may take. */
  readonly deadlineMs: number
  readonly apiVersion?: string
  /** For how long a connection may be silent; a minute without it. */
  readonly idleTimeoutMs?: number
}
