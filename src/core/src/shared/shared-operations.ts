import type { DatabaseEngine, Operation } from '@walg/sdk'
import { sharedBackupList } from './backup-list.js'
import { sharedDeletes } from './delete.js'

/**
 * The commands that every engine with `catalog` gets, by id; a space in an id makes a command below another. None for an engine
 * without. The caller leaves out those that the engine has itself.
 */
export function sharedOperations(engine: DatabaseEngine): Readonly<Record<string, Operation>> {
  const rules = engine.catalog
  if (!rules) return {}
  const operations = [sharedBackupList(rules), ...sharedDeletes(rules)]
  return Object.fromEntries(operations.map((operation) => [operation.id, operation]))
}
