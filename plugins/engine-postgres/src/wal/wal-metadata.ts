import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type OperationContext, type Storage, WalgError } from '@walg/sdk'
import { pgSettings } from '../settings.js'
import type { WalFile } from './wal-file.js'

const DATE_FORMAT = '%Y-%m-%dT%H:%M:%S.%fZ'

type Members = Record<string, unknown>

/** Stores the creation time of an archived file as `WALG_UPLOAD_WAL_METADATA` asks. `folder` collects those of BULK. */
export async function uploadWalMetadata(
  ctx: OperationContext,
  archive: Storage,
  file: WalFile,
  folder: string,
): Promise<void> {
  const mode = ctx.settings.get(pgSettings, 'WALG_UPLOAD_WAL_METADATA')
  const name = basename(file.path)
  const members = { [name]: { created_time: formatNanoseconds(file.modifiedNs), date_fmt: DATE_FORMAT } }
  switch (mode) {
    case 'NOMETADATA':
      return
    case 'INDIVIDUAL':
      return await putJson(ctx, archive, `${name}.json`, members)
    case 'BULK':
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, `${name}.json`), JSON.stringify(members))
      if (name.endsWith('F')) await uploadGroup(ctx, archive, name.slice(0, -1), folder)
      return
    default:
      throw new WalgError(
        'E_SETTING_INVALID',
        `unable to use WALG_UPLOAD_WAL_METADATA=${mode}: it is none of NOMETADATA, INDIVIDUAL, BULK`,
      )
  }
}

/** The sixteen segments whose names differ in the last digit become one object. */
async function uploadGroup(
  ctx: OperationContext,
  archive: Storage,
  stem: string,
  folder: string,
): Promise<void> {
  const files = (await readdir(folder))
    .filter((name) => name.startsWith(stem) && name.endsWith('.json'))
    .sort()
  const merged: Members = {}
  for (const name of files) {
    try {
      Object.assign(merged, JSON.parse(await readFile(join(folder, name), 'utf8')))
    } catch (error) {
      ctx.log.error(`unable to read ${name}: ${(error as Error).message}`)
    }
  }
  await putJson(ctx, archive, `${stem}.json`, merged)
  for (const name of files) await rm(join(folder, name), { force: true })
}

async function putJson(ctx: OperationContext, archive: Storage, key: string, value: unknown): Promise<void> {
  const body = new TextEncoder().encode(JSON.stringify(value))
  await archive.write(key, [body], { size: body.length, signal: ctx.signal })
}

/** RFC 3339 in UTC with as many digits of the second as are not zero. */
function formatNanoseconds(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  const digits = (nanoseconds % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return digits === '' ? `${seconds}Z` : `${seconds}.${digits}Z`
}
