import { DeleteObjectsCommand } from '@aws-sdk/client-s3'
import { type CallOptions, type DeleteOutcome, WalgError } from '@walg/sdk'
import { refused } from '../../s3-errors.js'
import type { SdkClient } from './sdk-client.js'

interface Item {
  readonly key: string
  readonly versionId?: string
}

const GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound'])

/** Deletes a batch. The server says for each key what became of it; one that it does not mention counts as not deleted. */
export async function deleteObjects(
  client: SdkClient,
  items: readonly Item[],
  o: CallOptions,
): Promise<readonly DeleteOutcome[]> {
  if (items.length === 0) return []
  const { config } = client.service
  const what = { verb: 'delete', name: items.length === 1 ? items[0]!.key : `${items.length} objects` }
  const command = new DeleteObjectsCommand({
    Bucket: config.bucket,
    Delete: {
      Objects: items.map(({ key, versionId }) => ({
        Key: client.objects.fullKey(key),
        ...(versionId !== undefined && { VersionId: versionId }),
      })),
      Quiet: false,
    },
  })
  const answer = await client.send(what, command, o)
  const deleted = new Set((answer.Deleted ?? []).map(({ Key, VersionId }) => nameOf(Key, VersionId)))
  const errors = new Map((answer.Errors ?? []).map((error) => [nameOf(error.Key, error.VersionId), error]))
  return items.map(({ key, versionId }): DeleteOutcome => {
    const names = [
      nameOf(client.objects.fullKey(key), versionId),
      nameOf(client.objects.fullKey(key), undefined),
    ]
    const error = names.map((name) => errors.get(name)).find((found) => found !== undefined)
    if (error && !GONE.has(error.Code ?? '')) {
      const attempt = { verb: 'delete', key, bucket: config.bucket, server: config.endpoint?.origin ?? 'AWS' }
      const refusal = { status: 200, code: error.Code, message: error.Message, headers: {} }
      return { key, deleted: false, error: refused(attempt, refusal) }
    }
    if (error || names.some((name) => deleted.has(name))) return { key, deleted: true }
    const silent = new WalgError(
      'E_STORAGE_UNAVAILABLE',
      `unable to delete ${key}: the server does not say what became of it`,
      { retryable: true, details: { key } },
    )
    return { key, deleted: false, error: silent }
  })
}

function nameOf(key: string | undefined, versionId: string | undefined): string {
  return `${versionId ?? ''}\0${key ?? ''}`
}
