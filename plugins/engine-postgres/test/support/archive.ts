import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log, OperationContext, StorageDriver } from '@walg/sdk'
import { MemoryDriver } from '@walg/testkit'
import { onTestFinished } from 'vitest'
import lz4 from '../../../codec-lz4/src/codec.js'
import { walFetch } from '../../src/operations/wal-fetch.js'
import { walPush } from '../../src/operations/wal-push.js'
import { name } from './synthetic-repository.js'
import { SyntheticWal } from './synthetic-wal.js'
import { testContext } from './test-context.js'

const SYSTEM = 7_000_000_000_000_000_001n
const signal = new AbortController().signal

export interface ArchiveOptions {
  readonly settings?: Readonly<Record<string, string>>
  /** In front of the storage in memory, for faults. */
  readonly wrap?: (driver: MemoryDriver) => StorageDriver
}

/** A cluster's pg_wal on disk and its archive in memory, with LZ4 and segments of 1 MiB. Prefetching is off. */
export class Archive {
  readonly driver = new MemoryDriver({}, false)
  readonly dataDirectory = mkdtempSync(join(tmpdir(), 'walg-wal-'))
  readonly walDirectory = join(this.dataDirectory, 'pg_wal')
  readonly warnings: string[] = []
  readonly #options: ArchiveOptions

  constructor(options: ArchiveOptions = {}) {
    this.#options = options
    mkdirSync(join(this.walDirectory, 'archive_status'), { recursive: true })
    onTestFinished(() => rmSync(this.dataDirectory, { recursive: true, force: true }))
  }

  context(settings: Readonly<Record<string, string>> = {}): OperationContext {
    const log: Log = {
      debug() {},
      info() {},
      warn: (message) => void this.warnings.push(message),
      error: (message) => void this.warnings.push(message),
    }
    return testContext(
      { default: this.#options.wrap?.(this.driver) ?? this.driver },
      {
        WALG_PG_WAL_SIZE: '1',
        WALG_COMPRESSION_METHOD: 'lz4',
        WALG_DOWNLOAD_CONCURRENCY: '1',
        WALG_UPLOAD_CONCURRENCY: '1',
        ...this.#options.settings,
        ...settings,
      },
      { codecs: { lz4 }, log },
    )
  }

  /** The content of a segment of this cluster, or of another one. */
  segmentBytes(segment: number, timelineId = 1, system = SYSTEM): Uint8Array {
    return new SyntheticWal(system).segment(timelineId, segment, [{ commit: '2026-08-01T00:00:00Z' }])
  }

  /** Writes a file into pg_wal; its path. */
  write(fileName: string, content: string | Uint8Array): string {
    const path = join(this.walDirectory, fileName)
    writeFileSync(path, content)
    return path
  }

  writeSegment(segment: number, timelineId = 1): string {
    return this.write(name(segment, timelineId), this.segmentBytes(segment, timelineId))
  }

  /** PostgreSQL's mark that a file waits to be archived. */
  markReady(fileName: string): void {
    writeFileSync(join(this.walDirectory, 'archive_status', `${fileName}.ready`), '')
  }

  async push(path: string, settings: Readonly<Record<string, string>> = {}) {
    const input = { args: { wal_filepath: path }, flags: {} }
    return (await walPush.run(this.context(settings), input)).json as {
      readonly status: string
      readonly object?: string
    }
  }

  /** Where `fetch` puts a file. */
  destination(fileName: string): string {
    return join(this.dataDirectory, `fetched-${fileName}`)
  }

  async fetch(fileName: string, settings: Readonly<Record<string, string>> = {}): Promise<string> {
    const destination = this.destination(fileName)
    await walFetch.run(this.context(settings), {
      args: { wal_name: fileName, destination_filename: destination },
      flags: {},
    })
    return destination
  }

  /** Files that a failed fetch left. */
  leftBehind(fileName: string): readonly string[] {
    return readdirSync(this.dataDirectory).filter((entry) => entry.startsWith(`fetched-${fileName}`))
  }

  async store(key: string, content: string | Uint8Array): Promise<void> {
    await this.driver.put(key, [Buffer.from(content)], { signal })
  }

  async stored(key: string): Promise<Buffer> {
    const { body } = await this.driver.get(key, { signal })
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  has(path: string): boolean {
    return existsSync(path)
  }
}
