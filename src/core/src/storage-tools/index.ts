import type { Operation } from '@walg/sdk'
import { stCheckRead, stCheckWrite } from './check-tools.js'
import { stCopy } from './copy-tool.js'
import { stLs, stStat } from './listing.js'
import { stPut } from './put-tool.js'
import { stCat, stGet } from './read-tools.js'
import { stRm } from './rm-tool.js'
import { stTransferBackups, stTransferFiles } from './transfer-tools.js'

/** The tools for objects of the storage, `st …`, which every engine gets. */
export const storageTools: readonly Operation[] = [
  stLs,
  stStat,
  stGet,
  stCat,
  stPut,
  stRm,
  stCopy,
  stCheckRead,
  stCheckWrite,
  stTransferFiles,
  stTransferBackups,
]
