import { type _Object, type CommonPrefix, ListObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { ListOptions, ListPage, ObjectInfo } from '@walg/sdk'
import type { SdkClient } from './sdk-client.js'

/** One page of keys, by either form of the call. */
export async function listObjects(client: SdkClient, prefix: string, o: ListOptions): Promise<ListPage> {
  const { config } = client.service
  const what = { verb: 'list', name: prefix === '' ? 'the storage' : prefix }
  const names = keyNames(client, prefix)
  const common = {
    Bucket: config.bucket,
    Prefix: names.full,
    // Keys may hold what XML cannot.
    EncodingType: 'url',
    ...(o.delimiter && { Delimiter: o.delimiter }),
    ...(o.limit !== undefined && { MaxKeys: Math.max(1, Math.min(1000, o.limit)) }),
  } as const
  const startAfter = o.startAfter === undefined ? undefined : client.objects.fullKey(o.startAfter)

  if (config.usesListV1) {
    const marker = o.cursor ?? startAfter
    const command = new ListObjectsCommand({ ...common, ...(marker !== undefined && { Marker: marker }) })
    const page = await client.send(what, command, o)
    const entries = names.page(page.Contents, page.CommonPrefixes, page.EncodingType)
    if (!page.IsTruncated) return entries
    // NextMarker comes only with a delimiter; otherwise the last key of the page is it.
    const next =
      page.NextMarker === undefined ? lastOf(entries) : decodedName(page.NextMarker, page.EncodingType)
    return { ...entries, ...(next !== undefined && { nextCursor: next }) }
  }

  const command = new ListObjectsV2Command({
    ...common,
    ...(o.cursor !== undefined && { ContinuationToken: o.cursor }),
    ...(startAfter !== undefined && { StartAfter: startAfter }),
  })
  const page = await client.send(what, command, o)
  const entries = names.page(page.Contents, page.CommonPrefixes, page.EncodingType)
  const next = page.IsTruncated ? page.NextContinuationToken : undefined
  return { ...entries, ...(next !== undefined && { nextCursor: next }) }

  function lastOf({ objects, folders }: ListPage): string | undefined {
    const last = [objects.at(-1)?.key, folders.at(-1)].filter((key) => key !== undefined)
    const [greatest] = last.sort((a, b) => Buffer.compare(Buffer.from(b), Buffer.from(a)))
    return greatest === undefined ? undefined : client.objects.fullKey(greatest)
  }
}

/** Between keys of the bucket and those relative to the folder of the repository. */
export function keyNames(client: SdkClient, prefix: string) {
  const root = client.objects.fullKey('')
  return {
    full: `${root}${prefix}`,
    relative: (key: string) => key.slice(root.length),
    page(
      contents: readonly _Object[] | undefined,
      prefixes: readonly CommonPrefix[] | undefined,
      encoding: string | undefined,
    ): { readonly objects: readonly ObjectInfo[]; readonly folders: readonly string[] } {
      const objects = (contents ?? []).flatMap(({ Key, Size, LastModified, ETag }): readonly ObjectInfo[] => {
        const key = decodedName(Key ?? '', encoding).slice(root.length)
        // Other programs mark folders by empty objects of their name.
        if (key === '' || key.endsWith('/')) return []
        const info = { key, size: Size ?? 0, modifiedAt: LastModified ?? new Date(0) }
        return [ETag === undefined ? info : { ...info, etag: ETag }]
      })
      const folders = (prefixes ?? []).map(({ Prefix }) =>
        decodedName(Prefix ?? '', encoding).slice(root.length),
      )
      return { objects, folders }
    },
  }
}

/** Some servers do not encode, whatever they are asked for; they do not say that they did, either. */
export function decodedName(name: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(name.replaceAll('+', ' ')) : name
}
