import type { TarSource } from '@walg/core'
import type { MemberSources } from './member-sources.js'
import type { PartStore } from './part-store.js'
import type { WalkedEntry } from './walk-data-directory.js'

export interface ComposerOptions {
  readonly parts: PartStore
  readonly sources: MemberSources
  /** Parts filled at once: WALG_UPLOAD_DISK_CONCURRENCY. */
  readonly partsAtOnce: number
  /** Finished parts that may still be on their way to the storage: WALG_UPLOAD_QUEUE. */
  readonly uploadQueue: number
  /** A part is closed once its contents have more bytes than this: WALG_TAR_SIZE_THRESHOLD. */
  readonly thresholdBytes: number
  /** Stops all other parts when one fails. */
  giveUp(error: unknown): void
}

/** Every entry goes into the next part that has room, in the order of the walk. Settles when all parts are durable. */
export async function composeRegular(entries: AsyncIterator<WalkedEntry>, o: ComposerOptions): Promise<void> {
  const uploads = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined

  const fillPart = async (first: WalkedEntry) => {
    const stem = o.parts.nextStem()
    const members = membersOf(first, entries, o.parts.fileName(stem), o)
    // A part whose only entries have vanished meanwhile is none.
    const member = await members.next()
    if (member.done) return
    const packed = new Gate()
    const upload = o.parts
      .write(stem, opening(packed, member.value, members))
      .catch((error: unknown) => {
        failure ??= { error }
        o.giveUp(error)
      })
      .finally(() => {
        packed.open()
        uploads.delete(upload)
      })
    uploads.add(upload)
    await packed.passed
    while (uploads.size > o.uploadQueue + o.partsAtOnce - 1) await Promise.race(uploads)
  }
  const fillParts = async () => {
    for (let next = await entries.next(); !next.done && !failure; next = await entries.next()) {
      await fillPart(next.value)
    }
  }

  try {
    await Promise.all(Array.from({ length: o.partsAtOnce }, fillParts))
  } finally {
    await Promise.all(uploads)
  }
  if (failure) throw failure.error
}

/** Members of one part: the first entry, and further ones until it is full. */
async function* membersOf(
  first: WalkedEntry,
  entries: AsyncIterator<WalkedEntry>,
  tar: string,
  o: ComposerOptions,
): AsyncGenerator<TarSource> {
  let bytes = 0
  for (let entry: WalkedEntry | undefined = first; entry; ) {
    const source = o.sources.open(entry, tar)
    if (source) {
      yield source
      bytes += source.member.size
    }
    if (bytes > o.thresholdBytes) return
    const next: IteratorResult<WalkedEntry> = await entries.next()
    entry = next.done ? undefined : next.value
  }
}

/** All members; opens the gate when the part has taken them, whether or not it is stored by then. */
async function* opening(
  gate: Gate,
  first: TarSource,
  rest: AsyncGenerator<TarSource>,
): AsyncGenerator<TarSource> {
  try {
    yield first
    yield* rest
  } finally {
    gate.open()
  }
}

class Gate {
  open: () => void = () => undefined
  readonly passed = new Promise<void>((resolve) => {
    this.open = resolve
  })
}
