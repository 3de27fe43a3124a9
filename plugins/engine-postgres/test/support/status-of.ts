import type { OperationInput } from '@walg/sdk'
import { status } from '../../src/operations/status.js'
import { SyntheticRepository } from './synthetic-repository.js'

/** What the tests read of the JSON of `status`. */
export interface StatusJson {
  readonly status: string
  readonly last_good_backup: { readonly backup_name: string } | null
  readonly windows: readonly {
    readonly system_identifier: number
    readonly from: { readonly lsn: string; readonly time: string; readonly backup_name: string }
    readonly to: { readonly lsn: string; readonly time: string }
  }[]
  readonly holes: readonly unknown[]
  readonly size: Readonly<Record<string, { readonly objects: number; readonly bytes: number }>>
  readonly next_deletion?: { readonly first?: unknown }
  readonly problems: readonly { readonly kind: string; readonly severity: string; readonly message: string }[]
}

/** A repository with these segments of WAL. */
export function repository(
  segments: readonly number[],
  made = new SyntheticRepository(),
): SyntheticRepository {
  for (const segment of segments) made.segment(segment)
  return made
}

/** The outcome of `status`, without asking a server. */
export async function statusOf(made: SyntheticRepository, flags: OperationInput['flags'] = {}) {
  const result = await status.run(made.context(), { args: {}, flags: { 'without-server': true, ...flags } })
  return { ...result, json: JSON.parse(result.jsonText ?? '') as StatusJson }
}
