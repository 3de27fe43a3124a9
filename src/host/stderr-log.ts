import { Logger } from '@walg/core'
import type { Log } from '@walg/sdk'

/** The log before any setting is read. */
export function stderrLog(): Log {
  return new Logger({ level: 'NORMAL', format: 'text', destination: 'stderr', secrets: [] })
}
