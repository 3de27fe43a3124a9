import { backupChecks } from './backup-checks.js'
import { catalogChecks } from './catalog-checks.js'
import type { EngineCheck } from './engine-env.js'
import { operationChecks } from './operation-checks.js'
import { settingsChecks } from './settings-checks.js'

/** What every engine must do. */
export const engineKit: readonly EngineCheck[] = [
  ...operationChecks,
  ...settingsChecks,
  ...catalogChecks,
  ...backupChecks,
]
