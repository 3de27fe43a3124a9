import type { ListOptions, ListPage } from '@walg/sdk'
import type { GcsApi } from './gcs-api.js'
import { type GcsObject, infoOf } from './gcs-object.js'
import { isTemporary } from './temporary-objects.js'

/** As many as the service gives at once. */
const LARGEST_PAGE = 1000

interface Answer {
  readonly items?: readonly GcsObject[]
  readonly prefixes?: readonly string[]
  readonly nextPageToken?: string
}

/** An object or a folder of a page, at its place in the order of bytes. */
interface Entry {
  readonly name: string
  readonly object?: GcsObject
}

/**
 * One page. The cursor is the last name that was shown, not a token of the service: such a page can be cut where the caller wants it,
 * and goes on where it was, whatever is deleted meanwhile.
 */
export async function listPage(api: GcsApi, root: string, prefix: string, o: ListOptions): Promise<ListPage> {
  const limit = Math.min(o.limit ?? LARGEST_PAGE, LARGEST_PAGE)
  const after = o.cursor ?? o.startAfter
  const answer = await api.json<Answer>({
    action: `list ${prefix || 'the storage'}`,
    method: 'GET',
    path: api.objectPath(),
    query: {
      prefix: `${root}${prefix}`,
      delimiter: o.delimiter,
      // What it names itself comes again, and is left out below.
      startOffset: after === undefined ? undefined : `${root}${behindFolder(after, o)}`,
      maxResults: String(Math.min(limit + 1, LARGEST_PAGE)),
      fields: 'items(name,size,updated,generation),prefixes,nextPageToken',
    },
    signal: o.signal,
  })
  const found = entriesOf(answer, root).filter(({ name }) => after === undefined || compare(name, after) > 0)
  const shown = found.slice(0, limit)
  const hasMore = found.length > limit || answer.nextPageToken !== undefined
  const last = shown.at(-1)?.name ?? after
  const visible = shown.filter(({ name }) => !isTemporary(name))
  return {
    objects: visible.flatMap(({ name, object }) => (object ? [infoOf(name, object)] : [])),
    folders: visible.filter(({ object }) => !object).map(({ name }) => name),
    ...(hasMore && last !== undefined && { nextCursor: last }),
  }
}

/** A folder was shown as one entry: what follows lies behind all of it. `0` is the next character after `/`. */
function behindFolder(after: string, { delimiter, cursor }: ListOptions): string {
  const isFolder = delimiter === '/' && cursor !== undefined && after.endsWith('/')
  return isFolder ? `${after.slice(0, -1)}0` : after
}

function entriesOf({ items = [], prefixes = [] }: Answer, root: string): readonly Entry[] {
  const objects = items.map((object) => ({ name: object.name.slice(root.length), object }))
  const folders = prefixes.map((name) => ({ name: name.slice(root.length) }))
  // A name that is empty or ends with / is a folder that some program has marked; it is no object of ours.
  const known = objects.filter(({ name }) => name !== '' && !name.endsWith('/'))
  return [...known, ...folders].sort((a, b) => compare(a.name, b.name))
}

/** The order of the service: that of the bytes of UTF-8. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
