import { composeGroups } from './database-composer.js'
import type { ComposerOptions } from './regular-composer.js'
import type { WalkedEntry } from './walk-data-directory.js'

/**
 * Files that change alike share parts: those that never do, then the others, the quietest first. `updatesOf` tells by member name how
 * often the rows of a file were written.
 */
export async function composeByRating(
  entries: AsyncIterable<WalkedEntry>,
  updatesOf: (name: string) => number,
  o: ComposerOptions,
): Promise<void> {
  const withoutContent: WalkedEntry[] = []
  const quiet: WalkedEntry[] = []
  const busy: { readonly entry: WalkedEntry; readonly updates: number }[] = []
  for await (const entry of entries) {
    const updates = updatesOf(entry.name)
    if (entry.type !== 'file') withoutContent.push(entry)
    else if (updates === 0) quiet.push(entry)
    else busy.push({ entry, updates })
  }
  busy.sort((a, b) => a.updates - b.updates)
  await composeGroups([withoutContent, quiet, busy.map(({ entry }) => entry)], o)
}
