import { lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StorageReader } from '@walg/core'
import { isWalgError, type OperationContext } from '@walg/sdk'
import { formatSegmentName, parseWalName, type WalName } from '../catalog/wal-segment.js'
import { pgSettings } from '../settings.js'
import { fetchWalFile } from './fetch-wal-file.js'
import { placeFile } from './segment-file.js'
import { checkSegment, segmentBytesOf } from './wal-file.js'

const LOOK_MS = 2
/** Looks without growth after which a download by another process counts as dead. */
const STALL_LOOKS = 100

/** Segments fetched ahead of time, as WAL-G keeps them: whole ones in `folder`, those under way in `running`. */
export class PrefetchFolder {
  readonly folder: string
  readonly running: string

  constructor(ctx: OperationContext, destination: string) {
    const parent = ctx.settings.get(pgSettings, 'WALG_PREFETCH_DIR') ?? dirname(destination)
    this.folder = join(parent, '.wal-g', 'prefetch')
    this.running = join(this.folder, 'running')
  }

  /**
   * Moves a prefetched segment to its destination; false when there is none that is whole. Waits while another
   * process is fetching it, as long as its file grows.
   */
  async take(ctx: OperationContext, name: WalName, text: string, destination: string): Promise<boolean> {
    const whole = join(this.folder, text)
    const partial = join(this.running, text)
    let lastSize = -1
    for (let stalled = 0; stalled < STALL_LOOKS; ) {
      const size = await sizeOf(whole)
      if (size !== undefined) return await this.#move(ctx, name, whole, destination)
      const grown = await sizeOf(partial)
      if (grown === undefined) return false
      stalled = grown > lastSize ? 0 : stalled + 1
      lastSize = grown
      await ctx.clock.sleep(LOOK_MS, ctx.signal)
    }
    await rm(partial, { force: true })
    return false
  }

  async #move(ctx: OperationContext, name: WalName, whole: string, destination: string): Promise<boolean> {
    if ((await sizeOf(whole)) !== segmentBytesOf(ctx)) return false
    try {
      checkSegment(ctx, name, [await readFile(whole)], whole)
    } catch (error) {
      ctx.log.warn(`prefetched ${(error as Error).message}; fetching it again`)
      await rm(whole, { force: true })
      return false
    }
    await rename(whole, destination)
    return true
  }

  /** Whether this segment is at hand, under way, or was tried in vain. */
  async knows(text: string): Promise<boolean> {
    return (
      (await sizeOf(join(this.folder, text))) !== undefined ||
      (await sizeOf(join(this.running, text))) !== undefined
    )
  }

  /** Fetches one segment ahead of time. What is absent leaves nothing; what fails leaves an empty file, so that it is not tried again. */
  async fetch(ctx: OperationContext, archive: StorageReader, text: string): Promise<void> {
    if (await this.knows(text)) return
    const name = parseWalName(text, segmentBytesOf(ctx))
    if (!name) return
    await mkdir(this.running, { recursive: true })
    const partial = join(this.running, text)
    try {
      await (await open(partial, 'wx', 0o600)).close()
    } catch {
      // Another process was faster.
      return
    }
    try {
      await placeFile(partial, await fetchWalFile(ctx, archive, text, name))
      await rename(partial, join(this.folder, text))
    } catch (error) {
      if (isWalgError(error, 'E_WAL_ABSENT') || ctx.signal.aborted) {
        await rm(partial, { force: true })
        return
      }
      ctx.log.debug(`unable to prefetch ${text}: ${(error as Error).message}`)
      await rm(partial, { force: true })
      await (await open(join(this.folder, text), 'w', 0o600)).close()
    }
  }

  /** Removes segments that recovery has passed: lower timeline or position than `before`. */
  async clean(ctx: OperationContext, before: WalName): Promise<void> {
    for (const folder of [this.folder, this.running]) {
      const entries = await readdir(folder).catch(() => [])
      for (const entry of entries) {
        const name = parseWalName(entry, segmentBytesOf(ctx))
        if (name?.kind !== 'segment' || before.kind !== 'segment') continue
        const isOlder =
          name.timelineId < before.timelineId ||
          (name.timelineId === before.timelineId && name.segment < before.segment)
        if (isOlder) await rm(join(folder, entry), { force: true })
      }
    }
  }
}

/** Names of the segments after this one that prefetching is to bring. */
export function upcoming(ctx: OperationContext, text: string): readonly string[] {
  const segmentBytes = segmentBytesOf(ctx)
  const name = parseWalName(text, segmentBytes)
  if (name?.kind !== 'segment') return []
  const count = ctx.settings.get(pgSettings, 'WALG_DOWNLOAD_CONCURRENCY')
  return Array.from({ length: count }, (_, index) =>
    formatSegmentName(name.timelineId, name.segment + BigInt(index + 1), segmentBytes),
  )
}

/** Starts `wal-prefetch` on its own when less than half of what comes next is at hand. */
export async function startPrefetch(ctx: OperationContext, text: string, destination: string): Promise<void> {
  if (ctx.settings.get(pgSettings, 'WALG_DOWNLOAD_CONCURRENCY') === 1) return
  const folder = new PrefetchFolder(ctx, destination)
  const names = upcoming(ctx, text)
  const known = await Promise.all(names.map((name) => folder.knows(name)))
  if (known.filter(Boolean).length * 2 >= names.length) return
  const [program, ...args] = ctx.self
  if (program === undefined) return
  const { spawn } = await import('node:child_process')
  // It goes on after this process has ended; stderr stays connected to the server's log.
  const child = spawn(program, [...args, 'wal-prefetch', text, destination], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...ctx.settings.toEnvironment() },
  })
  child.on('error', (error) => ctx.log.debug(`unable to start wal-prefetch: ${error.message}`))
  child.unref()
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size
  } catch {
    return undefined
  }
}
