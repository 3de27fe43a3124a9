import type { Settings } from '@walg/sdk'
import { parseLsn } from '../catalog/lsn.js'
import { connect } from './connect.js'
import { queryRow } from './query.js'

/** Where a server writes its WAL; on a standby, up to where it has received it. */
export interface WalPosition {
  readonly timelineId: number
  readonly lsn: bigint
}

/**
 * Asks the server that the settings name. Rejects with `E_DATABASE_CONNECT` when there is none, or when it takes longer than
 * `timeoutMs` to let us in.
 */
export async function readWalPosition(settings: Settings, timeoutMs?: number): Promise<WalPosition> {
  const client = await connect(
    settings,
    timeoutMs === undefined ? {} : { connectionTimeoutMillis: timeoutMs },
  )
  try {
    // After a promotion the control file says the new timeline only once a checkpoint was made; the name of the segment does at once.
    const row = await queryRow<{ readonly lsn: string; readonly timeline: number }>(
      client,
      'ask the server for its WAL position',
      `SELECT CASE WHEN is_standby THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                   ELSE pg_current_wal_lsn() END::text AS lsn,
              CASE WHEN is_standby THEN (SELECT timeline_id FROM pg_control_checkpoint())
                   ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline
       FROM pg_is_in_recovery() AS is_standby`,
    )
    return { timelineId: Number(row.timeline), lsn: parseLsn(row.lsn) }
  } finally {
    await client.end().catch(() => undefined)
  }
}
