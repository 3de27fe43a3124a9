import type { ArgSpec, CatalogRules, FlagSpec, Operation } from '@walg/sdk'
import { deleteOperation } from './delete-operation.js'
import {
  beforeRequest,
  everythingRequest,
  type ReadRequest,
  retainRequest,
  targetRequest,
} from './delete-request.js'
import { POLICY_FLAGS } from './policy-flags.js'

interface DeleteCommand {
  readonly id: string
  readonly summary: string
  readonly args: ArgSpec
  readonly flags?: FlagSpec
  readonly readRequest: ReadRequest
}

const COMMANDS: readonly DeleteCommand[] = [
  {
    id: 'delete before',
    summary: 'Delete backups and logs that are older than a backup or a time',
    args: modified('FIND_FULL, or the backup or time', 'backup or RFC 3339 time, after FIND_FULL'),
    readRequest: beforeRequest,
  },
  {
    id: 'delete retain',
    summary: 'Delete all but the newest backups, and logs that are older',
    args: modified('FULL or FIND_FULL, or the number', 'number of backups, after FULL or FIND_FULL', false),
    flags: {
      ...POLICY_FLAGS,
      after: {
        kind: 'string',
        char: 'a',
        summary: 'keep what was begun from this backup or RFC 3339 time on',
      },
    },
    readRequest: retainRequest,
  },
  {
    id: 'delete everything',
    summary: 'Delete all backups and logs',
    args: [
      { name: 'modifier', summary: 'FORCE: although there are permanent ones, which stay', required: false },
    ],
    readRequest: everythingRequest,
  },
  {
    id: 'delete target',
    summary: 'Delete a backup and the increments to it',
    args: modified('FIND_FULL, or the backup', 'backup of which the whole chain is to go, after FIND_FULL'),
    readRequest: targetRequest,
  },
]

/** delete before, retain, everything and target of an engine that says how its backups are understood. */
export function sharedDeletes(rules: CatalogRules): readonly Operation[] {
  return COMMANDS.map(({ readRequest, ...spec }) =>
    deleteOperation(rules, {
      ...spec,
      readRequest: (input) => (catalog) => readRequest(input, catalog.backups, catalog.nowMs),
    }),
  )
}

function modified(first: string, second: string, required = true): ArgSpec {
  return [
    { name: 'modifier_or_value', summary: first, required },
    { name: 'value', summary: second, required: false },
  ]
}
