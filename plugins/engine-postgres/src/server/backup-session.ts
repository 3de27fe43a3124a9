import type { Client } from 'pg'
import { parseLsn } from '../catalog/lsn.js'
import { queryRow, queryRows } from './query.js'

const FIRST_WITH_NEW_NAMES = 150_000
const FIRST_WITH_IDLE_SESSION_TIMEOUT = 140_000

export interface StartedBackup {
  readonly startLsn: bigint
  readonly isStandby: boolean
  /** Name of the segment in which the backup begins; undefined on a standby, which cannot tell. */
  readonly walFileName: string | undefined
}

export interface StoppedBackup {
  readonly finishLsn: bigint
  readonly backupLabel: string
  readonly tablespaceMap: string
}

/**
 * A backup on the server's side, from 9.6 on bound to one connection: the server gives it up when that breaks. Calls are
 * made one after the other.
 */
export class BackupSession {
  readonly #client: Client
  readonly #version: number
  #queue: Promise<unknown> = Promise.resolve()

  /** `version` is `server_version_num`. */
  constructor(client: Client, version: number) {
    this.#client = client
    this.#version = version
  }

  async start(label: string): Promise<StartedBackup> {
    return await this.#inTurn(async () => {
      await this.#outliveTimeouts()
      const call =
        this.#version >= FIRST_WITH_NEW_NAMES
          ? 'pg_backup_start($1, true)'
          : 'pg_start_backup($1, true, false)'
      const row = await queryRow<{ lsn: string; is_standby: boolean; wal_file: string | null }>(
        this.#client,
        'start a backup on the server',
        `SELECT lsn::text, pg_is_in_recovery() AS is_standby,
                CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_walfile_name(lsn) END AS wal_file
         FROM ${call} AS lsn`,
        [label],
      )
      return {
        startLsn: parseLsn(row.lsn),
        isStandby: row.is_standby,
        walFileName: row.wal_file ?? undefined,
      }
    })
  }

  /**
   * Ends the backup without waiting for the archive, which walg does itself. `timeoutMs` bounds the call; 0 does not.
   */
  async stop(timeoutMs: number): Promise<StoppedBackup> {
    return await this.#inTurn(async () => {
      const call =
        this.#version >= FIRST_WITH_NEW_NAMES ? 'pg_backup_stop(false)' : 'pg_stop_backup(false, false)'
      await queryRows(this.#client, 'set a time limit', `SET statement_timeout = ${Math.ceil(timeoutMs)}`)
      const row = await queryRow<{ lsn: string; labelfile: string; spcmapfile: string | null }>(
        this.#client,
        'end the backup on the server',
        `SELECT lsn::text, labelfile, spcmapfile FROM ${call}`,
      )
      return {
        finishLsn: parseLsn(row.lsn),
        backupLabel: row.labelfile,
        tablespaceMap: row.spcmapfile ?? '',
      }
    })
  }

  /** Rejects when the server no longer answers. */
  async ping(): Promise<void> {
    await this.#inTurn(() => queryRows(this.#client, 'reach the server during the backup', 'SELECT 1'))
  }

  async #outliveTimeouts(): Promise<void> {
    const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
    if (this.#version >= FIRST_WITH_IDLE_SESSION_TIMEOUT) names.push('idle_session_timeout')
    for (const name of names) await queryRows(this.#client, `turn ${name} off`, `SET ${name} = 0`)
  }

  async #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(call)
    this.#queue = turn.catch(() => undefined)
    return await turn
  }
}
