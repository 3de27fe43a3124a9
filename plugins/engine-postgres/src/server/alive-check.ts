import { type Clock, WalgError } from '@walg/sdk'
import type { BackupSession } from './backup-session.js'

/** Asks the server now and then whether it is still there; `onDead` learns the first failure. Give up by aborting `signal`. */
export async function watchServer(
  session: BackupSession,
  intervalMs: number,
  clock: Clock,
  signal: AbortSignal,
  onDead: (error: WalgError) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(intervalMs, signal)
    } catch {
      return
    }
    try {
      await session.ping()
    } catch (error) {
      onDead(
        new WalgError(
          'E_DATABASE_CONNECT',
          `unable to go on with the backup: the server is gone: ${(error as Error).message}`,
          {
            retryable: true,
            cause: error,
          },
        ),
      )
      return
    }
  }
}
