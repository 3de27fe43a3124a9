import { AsyncLocalStorage } from 'node:async_hooks'
import type { HttpBody } from '@walg/http'

/**
 * What one call of the client of Microsoft takes along to where its request is sent: the buffers of a body, which need not become one
 * buffer or a stream by that, and a place for the body of the answer.
 */
export interface Exchange {
  /** For messages: `read wal_005/x`. */
  readonly action: string
  readonly signal: AbortSignal
  /** Base64 of the MD5 of the body, which the service compares. */
  readonly md5?: string
  /** Sent instead of what the client has. */
  readonly body?: readonly Uint8Array[]
  /** A content comes, which may take as long as it goes on. */
  readonly isEndless?: boolean
  answerBody?: HttpBody
}

/** The call under way. */
export const exchanges = new AsyncLocalStorage<Exchange>()
