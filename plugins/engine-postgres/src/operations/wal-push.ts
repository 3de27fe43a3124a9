import { basename, join, resolve } from 'node:path'
import { TARGET_STORAGE_FLAG, writtenStorage } from '@walg/core'
import type { Operation, OperationContext, OperationInput, OperationResult } from '@walg/sdk'
import { pgSettings } from '../settings.js'
import { WAL_FOLDER } from '../wal/archived-object.js'
import { uploadReadyFiles } from '../wal/background-upload.js'
import { pushWalFile } from '../wal/push-wal-file.js'
import { openUploadMarkers } from '../wal/upload-markers.js'
import { readWalFile } from '../wal/wal-file.js'
import { uploadWalMetadata } from '../wal/wal-metadata.js'

/** archive_command: exit 0 means that the file is in the repository for good. */
export const walPush: Operation = {
  id: 'wal-push',
  summary: 'Archive one WAL file, and others that are ready',
  args: [{ name: 'wal_filepath', summary: 'path of the file, as %p of archive_command', required: true }],
  flags: { 'target-storage': TARGET_STORAGE_FLAG },
  run: runWalPush,
}

async function runWalPush(ctx: OperationContext, input: OperationInput): Promise<OperationResult> {
  if (ctx.settings.get(pgSettings, 'WALG_USE_WAL_DELTA')) {
    ctx.log.warn('WALG_USE_WAL_DELTA is set, but walg does not record changed blocks while pushing WAL')
  }
  const path = resolve(input.args['wal_filepath'] ?? '')
  const name = basename(path)
  const archive = (await writtenStorage(ctx, input)).sub(WAL_FOLDER)
  const markers = await openUploadMarkers(ctx, path)
  const metadataFolder = markers?.folder ?? join(ctx.tmpDir, 'walg_data', 'walg_archive_status')

  if (await markers?.take(ctx, archive, name)) {
    ctx.log.debug(`${name} was archived ahead of its turn`)
    if (ctx.settings.text('WALG_UPLOAD_WAL_METADATA') !== undefined) {
      const file = await readWalFile(ctx, path, name).catch(() => undefined)
      if (file) await uploadWalMetadata(ctx, archive, file, metadataFolder)
    }
    return { json: { name, status: 'already-archived' } }
  }

  const { kind, key, file } = await pushWalFile(ctx, archive, path)
  ctx.log.info(kind === 'pushed' ? `FILE PATH: ${key}` : `${name} is archived already with the same content`)
  await uploadWalMetadata(ctx, archive, file, metadataFolder)
  await uploadReadyFiles(ctx, archive, markers, path)
  return { json: { name, status: kind, object: `${WAL_FOLDER}/${key}` } }
}
