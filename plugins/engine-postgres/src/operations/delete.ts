import { deleteOperation, POLICY_FLAGS } from '@walg/core'
import type { ArgSpec, FlagSpec, Operation } from '@walg/sdk'
import { pgCatalog } from '../catalog/catalog-rules.js'
import {
  beforeRequest,
  everythingRequest,
  garbageRequest,
  retainRequest,
  targetRequest,
} from './delete-requests.js'

const BY_TIME: FlagSpec = {
  'use-sentinel-time': {
    kind: 'bool',
    summary: 'order backups only by the time that they were begun, and WAL only by its position',
  },
}
const MODIFIER = 'modifier_or_value'

/** delete before: what is older than a backup or a time. */
export const deleteBefore: Operation = deleteOperation(pgCatalog, {
  id: 'delete before',
  summary: 'Delete backups and WAL that are older than a backup or a time',
  args: two(
    MODIFIER,
    'FIND_FULL, or the backup or time',
    'value',
    'beginning of the name of a backup, or RFC 3339 time, after FIND_FULL',
  ),
  flags: BY_TIME,
  readRequest: beforeRequest,
})

/** delete retain: all but the newest backups. */
export const deleteRetain: Operation = deleteOperation(pgCatalog, {
  id: 'delete retain',
  summary: 'Delete all but the newest backups, and WAL that is older',
  args: [
    { name: 'modifier_or_count', summary: 'FULL or FIND_FULL, or the number', required: false },
    {
      name: 'count',
      summary: 'number of backups, after FULL or FIND_FULL',
      required: false,
      variadic: true,
    },
  ],
  flags: {
    after: {
      kind: 'string',
      char: 'a',
      summary: 'keep what is of this backup or RFC 3339 time or later, too',
    },
    ...POLICY_FLAGS,
    ...BY_TIME,
  },
  readRequest: retainRequest,
})

/** delete everything. */
export const deleteEverything: Operation = deleteOperation(pgCatalog, {
  id: 'delete everything',
  summary: 'Delete all backups and all WAL',
  args: [{ name: 'modifier', summary: 'FORCE: permanent backups as well', required: false }],
  flags: BY_TIME,
  readRequest: everythingRequest,
})

/** delete target: one backup with what builds on it. */
export const deleteTarget: Operation = deleteOperation(pgCatalog, {
  id: 'delete target',
  summary: 'Delete a backup and the deltas to it',
  args: two(
    'modifier_or_name',
    'FIND_FULL, or the backup or LATEST',
    'name',
    'backup of which the whole chain is to go, after FIND_FULL',
    false,
  ),
  flags: {
    'target-user-data': { kind: 'string', summary: 'choose the backup that has this user data, JSON' },
    ...BY_TIME,
  },
  readRequest: targetRequest,
})

/** delete garbage: what has been left over. */
export const deleteGarbage: Operation = deleteOperation(pgCatalog, {
  id: 'delete garbage',
  summary: 'Delete WAL and unfinished backups that are older than the oldest backup',
  args: [
    { name: 'modifier', summary: 'ARCHIVES: only WAL; BACKUPS: only unfinished backups', required: false },
  ],
  flags: {
    'without-backup-check': {
      kind: 'bool',
      summary: 'delete it all, but for permanent backups and their WAL, where there is no other backup',
    },
    ...BY_TIME,
  },
  readRequest: garbageRequest,
})

function two(first: string, ofFirst: string, second: string, ofSecond: string, required = true): ArgSpec {
  return [
    { name: first, summary: ofFirst, required },
    { name: second, summary: ofSecond, required: false },
  ]
}
