import { operationCommand } from '@walg/core/cli'
import {
  deleteBefore,
  deleteEverything,
  deleteGarbage,
  deleteRetain,
  deleteTarget,
} from '../operations/delete.js'

const PREFIX = '<%= config.bin %> pg delete'

/** The commands below `delete`, by id. */
export const DELETE_COMMANDS = {
  'pg:delete:before': operationCommand(deleteBefore, {
    examples: [
      `${PREFIX} before FIND_FULL 2026-08-01T00:00:00Z`,
      `${PREFIX} before base_000000010000000000000007 --confirm`,
    ],
  }),
  'pg:delete:retain': operationCommand(deleteRetain, {
    examples: [
      `${PREFIX} retain FULL 7 --confirm`,
      `${PREFIX} retain FIND_FULL 5 --after 2026-08-01T00:00:00Z`,
      `${PREFIX} retain --keep-days 14 --keep-weekly 8 --keep-monthly 12 --confirm`,
      `${PREFIX} retain --keep-full 4 --keep-monthly 12 --simulate 60`,
    ],
  }),
  'pg:delete:everything': operationCommand(deleteEverything, {
    examples: [`${PREFIX} everything`, `${PREFIX} everything FORCE --confirm`],
  }),
  'pg:delete:target': operationCommand(deleteTarget, {
    examples: [
      `${PREFIX} target base_000000010000000000000007`,
      `${PREFIX} target FIND_FULL --target-user-data '{"before":"upgrade"}' --confirm`,
    ],
  }),
  'pg:delete:garbage': operationCommand(deleteGarbage, {
    examples: [`${PREFIX} garbage`, `${PREFIX} garbage ARCHIVES --confirm`],
  }),
}
