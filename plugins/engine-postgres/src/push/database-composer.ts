import { dirname } from 'node:path'
import { type ComposerOptions, composeRegular } from './regular-composer.js'
import type { WalkedEntry } from './walk-data-directory.js'

const OF_DATABASES = /^\/(?:base|pg_tblspc)\//

/** Each database, in each tablespace, into parts of its own, so that one can be fetched without the others. */
export async function composeByDatabase(
  entries: AsyncIterable<WalkedEntry>,
  o: ComposerOptions,
): Promise<void> {
  const withoutContent: WalkedEntry[] = []
  const files = new Map<string, WalkedEntry[]>()
  for await (const entry of entries) {
    if (entry.type !== 'file') {
      withoutContent.push(entry)
      continue
    }
    const folder = OF_DATABASES.test(entry.name) ? dirname(entry.name) : ''
    const group = files.get(folder)
    if (group) group.push(entry)
    else files.set(folder, [entry])
  }
  await composeGroups([withoutContent, ...files.values()], o)
}

/** Groups one after the other, none of them sharing a part with the next. */
export async function composeGroups(
  groups: readonly (readonly WalkedEntry[])[],
  o: ComposerOptions,
): Promise<void> {
  for (const group of groups) {
    if (group.length > 0) await composeRegular(each(group), o)
  }
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}
