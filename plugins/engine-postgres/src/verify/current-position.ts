import { commandLineError } from '@walg/core'
import { type OperationContext, type OperationInput, WalgError } from '@walg/sdk'
import { tryParseLsn } from '../catalog/lsn.js'
import { readWalPosition, type WalPosition } from '../server/wal-position.js'

const MAX_TIMELINE = 2 ** 32 - 1

/** The position that the flags give; undefined when they give none. Rejects with `E_USAGE` what is no position. */
export function givenPosition({ log }: OperationContext, { flags }: OperationInput): WalPosition | undefined {
  const { timeline, lsn: text } = flags
  if (timeline === undefined && text === undefined) return undefined
  if (timeline === undefined)
    throw commandLineError('"--lsn" flag works only in conjunction with the "--timeline" flag')
  if (text === undefined)
    throw commandLineError('"--timeline" flag works only in conjunction with the "--lsn" flag')
  const timelineId = Number(timeline)
  if (timelineId < 0 || timelineId > MAX_TIMELINE)
    throw commandLineError(`invalid argument "${timeline}" for "--timeline" flag: it is no timeline`)
  // WAL-G reads an LSN and passes over what follows.
  const [shown = ''] = /^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}/.exec(String(text)) ?? []
  const lsn = tryParseLsn(shown)
  if (lsn === undefined)
    throw new WalgError('E_USAGE', `unable to use --lsn ${text}: it is no LSN, such as 0/3000028`)
  if (shown !== text) log.warn(`--lsn ${text} is read as ${shown}`)
  return { timelineId, lsn }
}

/** The position that the flags give, else that of the server. */
export async function currentPosition(ctx: OperationContext, input: OperationInput): Promise<WalPosition> {
  return givenPosition(ctx, input) ?? (await readWalPosition(ctx.settings))
}
