import type { ListOptions, ListPage, ObjectInfo } from '@walg/sdk'
import { inParallel } from './in-parallel.js'
import { objectInfo, type Repository } from './repository.js'
import { isStatus } from './swift-errors.js'

const PAGE = 1000
const HEADS_AT_ONCE = 16
/** Above every name that begins with a folder's. */
const LAST = '\u{10ffff}'

/** One page of a list: one request, whatever the number of objects. */
export async function listPage(repository: Repository, prefix: string, o: ListOptions): Promise<ListPage> {
  const largest = repository.info.swift?.container_listing_limit ?? 10_000
  const wanted = Math.min(o.limit ?? PAGE, largest - 1)
  const after = o.cursor ?? (o.startAfter === undefined ? undefined : repository.name(o.startAfter))
  const query = {
    // One more tells whether there is more.
    limit: wanted + 1,
    prefix: repository.name(prefix),
    ...(o.delimiter && { delimiter: o.delimiter }),
    ...(after !== undefined && { marker: after }),
  }
  const found = await repository.api.list(repository.container, query, o.signal)
  const page = found.slice(0, wanted)
  const objects: ObjectInfo[] = []
  const folders: string[] = []
  for (const entry of page) {
    if ('subdir' in entry) folders.push(repository.key(entry.subdir))
    // Other programs mark folders by empty objects, which are no objects of a repository.
    else if (!entry.name.endsWith('/')) {
      const { name, bytes, hash, slo_etag, last_modified } = entry
      const modifiedAt = new Date(`${last_modified}Z`)
      objects.push({
        key: repository.key(name),
        size: bytes,
        modifiedAt,
        etag: (slo_etag ?? hash).replace(/"/g, ''),
      })
    }
  }
  const last = page.at(-1)
  const cursor = last && ('subdir' in last ? `${last.subdir}${LAST}` : last.name)
  return {
    objects: await withDynamic(repository, objects, o.signal),
    folders,
    ...(found.length > wanted && cursor !== undefined && { nextCursor: cursor }),
  }
}

/** A dynamic large object is listed as empty: only itself tells the size of what its segments hold. */
async function withDynamic(
  repository: Repository,
  objects: readonly ObjectInfo[],
  signal: AbortSignal,
): Promise<readonly ObjectInfo[]> {
  const looked = await inParallel(objects, HEADS_AT_ONCE, async (info) => {
    if (info.size > 0) return info
    try {
      const headers = await repository.api.head(repository.container, repository.name(info.key), signal)
      return headers['x-object-manifest'] === undefined ? info : objectInfo(info.key, headers)
    } catch (error) {
      // Deleted since it was listed.
      if (isStatus(error, 404)) return undefined
      throw error
    }
  })
  return looked.filter((info) => info !== undefined)
}
