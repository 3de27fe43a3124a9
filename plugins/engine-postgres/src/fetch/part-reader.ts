import {
  DEFAULT_RETRY,
  inParallel,
  Retries,
  readObject,
  readTar,
  type StorageReader,
  type TarEntry,
} from '@walg/core'
import type { Crypter, OperationContext, ProgressTask, ReadOptions } from '@walg/sdk'
import { pgSettings } from '../settings.js'
import type { BackupPart } from './backup-parts.js'

/**
 * Parts read at once, whatever WALG_DOWNLOAD_CONCURRENCY says, and blocks decompressed at once by each. WAL-G's LZ4 blocks have
 * 4 MiB; these numbers decide how much memory a restore takes: each part more costs 40 MB.
 */
const MOST_PARTS = 2
const BLOCKS_PER_PART = 2
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

export interface PartReaderOptions {
  /** The folder of backups. */
  readonly folder: StorageReader
  readonly crypter: Crypter | undefined
  readonly progress: ProgressTask
}

/** Reads tar parts of backups, several at once, each of them again from its start when the storage fails. */
export class PartReader {
  readonly #ctx: OperationContext
  readonly #o: PartReaderOptions
  readonly #source: Pick<StorageReader, 'read'>
  #objects = 0

  constructor(ctx: OperationContext, options: PartReaderOptions) {
    this.#ctx = ctx
    this.#o = options
    this.#source = metered(options.folder, options.progress)
  }

  /** Objects read to their end. */
  get objects(): number {
    return this.#objects
  }

  /** Calls `take` with every member of every part; it must bear members that it has seen before. */
  async readAll(
    parts: readonly BackupPart[],
    signal: AbortSignal,
    take: (entry: TarEntry) => Promise<void>,
  ): Promise<void> {
    const concurrency = Math.min(MOST_PARTS, this.#ctx.settings.get(pgSettings, 'WALG_DOWNLOAD_CONCURRENCY'))
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    await inParallel(parts, concurrency, async (part) => {
      try {
        await this.#readPart(part, either, take)
        this.#objects++
        this.#ctx.log.info(`Finished extraction of ${part.name}`)
      } catch (error) {
        // The others would go on for hours before anybody learns of it.
        stop.abort(error)
        throw error
      }
    })
  }

  async #readPart(
    part: BackupPart,
    signal: AbortSignal,
    take: (entry: TarEntry) => Promise<void>,
  ): Promise<void> {
    const { clock, log, settings } = this.#ctx
    const policy = {
      ...DEFAULT_RETRY,
      budgetMs: Number.POSITIVE_INFINITY,
      firstBudgetMs: Number.POSITIVE_INFINITY,
      attempts: settings.get(pgSettings, 'WALG_DOWNLOAD_FILE_RETRIES') + 1,
      firstDelayMs: FIRST_PAUSE_MS,
      longestDelayMs: LONGEST_PAUSE_MS,
    }
    const compressor = await this.#ctx.compressorFor(part.extension)
    const { crypter } = this.#o
    await new Retries({ clock, log, policy }).run(signal, async () => {
      const content = readObject(this.#source, part.key, {
        signal,
        concurrency: BLOCKS_PER_PART,
        ...(compressor && { compressor }),
        ...(crypter && { crypter }),
        ...(part.proof && { expected: part.proof }),
      })
      for await (const entry of readTar(content, part.key)) {
        signal.throwIfAborted()
        await take(entry)
      }
    })
  }
}

/** The same storage, which tells how many bytes have come. */
function metered(folder: StorageReader, progress: ProgressTask): Pick<StorageReader, 'read'> {
  return {
    async read(key: string, o: ReadOptions) {
      const { info, body } = await folder.read(key, o)
      return { info, body: counted(body, progress) }
    },
  }
}

async function* counted(body: AsyncIterable<Uint8Array>, progress: ProgressTask) {
  for await (const chunk of body) {
    progress.advance(chunk.length)
    yield chunk
  }
}
