import { within } from '../../assertions.js'
import type { VerifyLine } from '../report.js'

/** Runs one check; `signal` of what it runs is aborted when it takes too long. */
export async function runCheck(
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<VerifyLine> {
  signal.throwIfAborted()
  const giveUp = new AbortController()
  try {
    await within(timeoutMs, 'it', run(AbortSignal.any([signal, giveUp.signal])))
    return { name, status: 'passed' }
  } catch (error) {
    signal.throwIfAborted()
    return { name, status: 'failed', why: firstLine(error) }
  } finally {
    giveUp.abort(new Error('the check is over'))
  }
}

/** Messages of node:assert go on with what differs. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] || 'it failed without a message'
}
