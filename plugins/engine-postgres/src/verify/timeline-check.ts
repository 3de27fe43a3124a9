import type { WalInventory } from '../wal/wal-inventory.js'
import type { TimelineResult } from './check-result.js'

/** Whether the server is on the newest timeline of the archive. */
export function checkTimeline(inventory: WalInventory, currentTimeline: number): TimelineResult {
  const highestStoredTimeline = Math.max(0, ...inventory.timelines())
  const isEqual = highestStoredTimeline === currentTimeline
  const status = highestStoredTimeline === 0 ? 'WARNING' : isEqual ? 'OK' : 'FAILURE'
  return { status, currentTimeline, highestStoredTimeline }
}
