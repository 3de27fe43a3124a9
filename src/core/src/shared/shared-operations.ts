import type { DatabaseEngine, Operation } from '@walg/sdk'
import { cryptCheck } from '../encryption/crypt-check.js'
import { storageTools } from '../storage-tools/index.js'
import { sharedBackupList } from './backup-list.js'
import { sharedDeletes } from './delete.js'

/**
 * The commands that every engine gets, by id; a space in an id makes a command below another. Those about backups only with
 * `catalog`. The caller leaves out those that the engine has itself.
 */
export function sharedOperations(engine: DatabaseEngine): Readonly<Record<string, Operation>> {
  const rules = engine.catalog
  const ofBackups = rules ? [sharedBackupList(rules), ...sharedDeletes(rules)] : []
  const operations = [...ofBackups, ...storageTools, cryptCheck]
  return Object.fromEntries(operations.map((operation) => [operation.id, operation]))
}
