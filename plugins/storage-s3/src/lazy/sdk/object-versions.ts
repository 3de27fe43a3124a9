import { GetBucketVersioningCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import type { CallOptions, ListOptions, ObjectVersion, VersionPage, VersionsDriver } from '@walg/sdk'
import { deleteObjects } from './delete-objects.js'
import { decodedName, keyNames } from './list-objects.js'
import type { SdkClient } from './sdk-client.js'

interface Cursor {
  readonly key: string
  readonly versionId: string | undefined
}

/** Versions and delete markers of a bucket that keeps them. */
export function objectVersions(client: SdkClient): VersionsDriver {
  return {
    list: (prefix, o) => listVersions(client, prefix, o),
    delete: (versions, o) => deleteObjects(client, versions, o),
  }
}

/** Asked once: what a bucket keeps hardly ever changes. A bucket whose versioning was switched off still holds the old ones. */
export function bucketIsVersioned(client: SdkClient): (o: CallOptions) => Promise<boolean> {
  let answer: Promise<boolean> | undefined
  const ask = async (o: CallOptions) => {
    const { bucket } = client.service.config
    const what = { verb: 'ask for the versioning of', name: `the bucket ${bucket}` }
    const { Status } = await client.send(what, new GetBucketVersioningCommand({ Bucket: bucket }), o)
    return Status === 'Enabled' || Status === 'Suspended'
  }
  return (o) => {
    answer ??= ask(o).catch((error: unknown) => {
      answer = undefined
      throw error
    })
    return answer
  }
}

async function listVersions(client: SdkClient, prefix: string, o: ListOptions): Promise<VersionPage> {
  const names = keyNames(client, prefix)
  const cursor: Cursor | undefined =
    o.cursor !== undefined
      ? (JSON.parse(o.cursor) as Cursor)
      : o.startAfter !== undefined
        ? { key: client.objects.fullKey(o.startAfter), versionId: undefined }
        : undefined
  const command = new ListObjectVersionsCommand({
    Bucket: client.service.config.bucket,
    Prefix: names.full,
    EncodingType: 'url',
    ...(o.delimiter && { Delimiter: o.delimiter }),
    ...(o.limit !== undefined && { MaxKeys: Math.max(1, Math.min(1000, o.limit)) }),
    ...(cursor && { KeyMarker: cursor.key }),
    ...(cursor?.versionId !== undefined && { VersionIdMarker: cursor.versionId }),
  })
  const what = { verb: 'list versions of', name: prefix === '' ? 'the storage' : prefix }
  const page = await client.send(what, command, o)
  const { EncodingType: encoding } = page
  const found = [
    ...(page.Versions ?? []).map((one) => ({ ...one, isDeleteMarker: false })),
    ...(page.DeleteMarkers ?? []).map((one) => ({ ...one, Size: 0, ETag: undefined, isDeleteMarker: true })),
  ]
  const versions = found.flatMap((one): readonly ObjectVersion[] => {
    const key = names.relative(decodedName(one.Key ?? '', encoding))
    if (key === '' || key.endsWith('/') || one.VersionId === undefined) return []
    return [
      {
        key,
        size: one.Size ?? 0,
        modifiedAt: one.LastModified ?? new Date(0),
        ...(one.ETag !== undefined && { etag: one.ETag }),
        versionId: one.VersionId,
        isLatest: one.IsLatest ?? false,
        isDeleteMarker: one.isDeleteMarker,
      },
    ]
  })
  const folders = (page.CommonPrefixes ?? []).map(({ Prefix }) =>
    names.relative(decodedName(Prefix ?? '', encoding)),
  )
  const next = page.IsTruncated && page.NextKeyMarker !== undefined
  return {
    // The SDK gives versions and markers apart; the server had them in one order.
    versions: versions.sort(byKeyAndAge),
    folders,
    ...(next && {
      nextCursor: JSON.stringify({
        key: decodedName(page.NextKeyMarker ?? '', encoding),
        versionId: page.NextVersionIdMarker,
      }),
    }),
  }
}

function byKeyAndAge(a: ObjectVersion, b: ObjectVersion): number {
  const byKey = Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
  if (byKey !== 0) return byKey
  if (a.isLatest !== b.isLatest) return a.isLatest ? -1 : 1
  return b.modifiedAt.getTime() - a.modifiedAt.getTime()
}
