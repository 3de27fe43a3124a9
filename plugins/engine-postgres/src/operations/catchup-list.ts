import type { Operation } from '@walg/sdk'
import { catchupCatalogAt } from '../catalog/backup-catalog.js'
import { LIST_FLAGS, listed } from './backup-list.js'

/** catchup-list: what catchup-push has stored. */
export const catchupList: Operation = {
  id: 'catchup-list',
  summary: 'List the catchup backups, oldest first',
  args: [],
  flags: LIST_FLAGS,
  async run(ctx, input) {
    return await listed(ctx, input, [catchupCatalogAt(ctx, await ctx.storage())])
  },
}
