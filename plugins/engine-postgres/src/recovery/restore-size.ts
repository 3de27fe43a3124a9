import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { noneCompressor, readObject } from '@walg/core'
import type { ObjectInfo, OperationContext } from '@walg/sdk'
import type { BackupCatalog } from '../catalog/backup-catalog.js'
import { TAR_FOLDER } from '../catalog/backup-name.js'
import type { BackupSentinel } from '../catalog/sentinel.js'

/** What a measurement reads at most. */
const SAMPLE_BYTES = 32 * 1024 * 1024
const SAMPLE_MS = 2_000

/** What a restore takes. */
export interface RestoreSize {
  /** Backups to unpack: one, or a delta and all it builds on. */
  readonly backups: number
  readonly objects: number
  readonly storedBytes: number
  /** Bytes of the tar members of all backups. */
  readonly unpackedBytes: number
  /** Bytes of the data directory with its tablespaces. */
  readonly localBytes: number
  /** At the destination; undefined when that cannot be told. */
  readonly freeBytes: number | undefined
  readonly estimate: RestoreEstimate | undefined
}

/** Seconds to fetch and unpack, and what they were reckoned from. */
export interface RestoreEstimate {
  readonly seconds: number
  readonly sampleKey: string
  readonly sampleBytes: number
  readonly bytesPerSecond: number
}

/** Sizes up a restore from lists and sentinels, and by unpacking the beginning of one part into nothing. */
export async function measureRestore(
  ctx: OperationContext,
  catalog: BackupCatalog,
  backup: string,
  destination: string,
): Promise<RestoreSize> {
  const parts: ObjectInfo[] = []
  let unpackedBytes = 0
  let backups = 0
  const newest = await catalog.sentinel(backup)
  let sentinel: BackupSentinel = newest
  for (let name = backup; ; name = sentinel.delta.name, sentinel = await catalog.sentinel(name)) {
    const folder = `${name}/${TAR_FOLDER}`
    const { objects } = await catalog.folder.listFolder(folder, { signal: ctx.signal })
    parts.push(...objects.map((info) => ({ ...info, key: `${folder}/${info.key}` })))
    unpackedBytes += sentinel.uncompressedSize
    backups++
    if (!sentinel.delta) break
  }
  return {
    backups,
    objects: parts.length,
    storedBytes: parts.reduce((sum, { size }) => sum + size, 0),
    unpackedBytes,
    localBytes: newest.dataCatalogSize || unpackedBytes,
    freeBytes: await freeBytesAt(destination),
    estimate: await estimate(ctx, catalog, parts, unpackedBytes),
  }
}

async function estimate(
  ctx: OperationContext,
  catalog: BackupCatalog,
  parts: readonly ObjectInfo[],
  unpackedBytes: number,
): Promise<RestoreEstimate | undefined> {
  const largest = parts.reduce<ObjectInfo | undefined>(
    (best, part) => (best && best.size >= part.size ? best : part),
    undefined,
  )
  if (!largest) return undefined
  const extension = largest.key.slice(largest.key.lastIndexOf('.') + 1)
  const compressor = extension === 'tar' ? noneCompressor : await ctx.compressorFor(extension)
  if (!compressor) return undefined
  const crypter = await ctx.crypter()
  const begin = ctx.clock.monotonicMs()
  let sampleBytes = 0
  const content = readObject(catalog.folder, largest.key, {
    signal: ctx.signal,
    concurrency: 1,
    compressor,
    ...(crypter && { crypter }),
  })
  for await (const chunk of content) {
    sampleBytes += chunk.length
    if (sampleBytes >= SAMPLE_BYTES || ctx.clock.monotonicMs() - begin >= SAMPLE_MS) break
  }
  const bytesPerSecond = sampleBytes / Math.max(0.001, (ctx.clock.monotonicMs() - begin) / 1000)
  if (sampleBytes === 0) return undefined
  return { seconds: unpackedBytes / bytesPerSecond, sampleKey: largest.key, sampleBytes, bytesPerSecond }
}

/** Free bytes where the destination is, or where it will be made. */
async function freeBytesAt(destination: string): Promise<number | undefined> {
  for (let path = destination; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path)
      return bavail * bsize
    } catch {
      // Not there yet; its parent may be.
      if (path === dirname(path)) return undefined
    }
  }
}
