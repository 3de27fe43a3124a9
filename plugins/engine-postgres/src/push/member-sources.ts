import type { RateLimiter, TarMember, TarSource } from '@walg/core'
import { type Log, type ProgressTask, WalgError } from '@walg/sdk'
import type { BackupRecord } from './backup-record.js'
import type { EntryStatus } from './entry-status.js'
import { bufferSource, FileSource, type OpenFile, openFile, type ReadFile } from './file-source.js'
import { OwnerNames } from './owner-names.js'
import { PageVerifier } from './page-verifier.js'
import { isRelationSegment } from './paged-file.js'
import type { WalkedEntry } from './walk-data-directory.js'

export interface MemberOptions {
  readonly record: BackupRecord
  readonly log: Log
  readonly signal: AbortSignal
  readonly progress: ProgressTask
  readonly limiter: RateLimiter | undefined
  /** Absent: pages are not verified. */
  readonly verification: { readonly startLsn: bigint; readonly keepsAllCorruptBlocks: boolean } | undefined
  readonly pageBytes: number
  /** By member name; recorded with each file. */
  readonly updatesOf: (name: string) => number
}

const NO_CONTENT = new Uint8Array()
const SECOND_NS = 1_000_000_000n
const HALF_SECOND_NS = SECOND_NS / 2n

/** Turns what a walk has met into members of tar parts, and records them. */
export class MemberSources {
  readonly #o: MemberOptions
  readonly #owners = new OwnerNames()

  constructor(options: MemberOptions) {
    this.#o = options
  }

  /** A member that is open for reading; undefined for a file that has vanished. `tar` is the name of its part. */
  open(entry: WalkedEntry, tar: string): TarSource | undefined {
    this.#o.record.addName(tar, entry.name)
    if (entry.type !== 'file') return this.#withoutContent(entry)
    const file = openFile(entry.path)
    if (!file) {
      this.#o.log.warn(`${entry.path} vanished during the backup`)
      return undefined
    }
    return this.#file(entry, file, ({ corruptBlocks }) =>
      this.#o.record.addDescription(entry.name, {
        modifiedNs: file.status.modifiedNs,
        updates: this.#o.updatesOf(entry.name),
        corruptBlocks,
      }),
    )
  }

  /** global/pg_control, which stands in no list of files. Rejects with `E_DATA_DIRECTORY` when it is not there. */
  openControl(entry: Pick<WalkedEntry, 'name' | 'path'>): TarSource {
    const file = openFile(entry.path)
    if (file) return this.#file(entry, file, () => undefined)
    throw new WalgError('E_DATA_DIRECTORY', `unable to read ${entry.path}: no such file`, {
      details: { path: entry.path },
    })
  }

  #file(
    entry: Pick<WalkedEntry, 'name' | 'path'>,
    file: OpenFile,
    done: (result: ReadFile) => void,
  ): TarSource {
    const { record, log, signal, progress, limiter, pageBytes, verification } = this.#o
    const member = this.#member(entry.name, 'file', file.status)
    return new FileSource({
      path: entry.path,
      file,
      member,
      signal,
      log,
      limiter,
      pageBytes,
      verifier: this.#verifierFor(entry, member.size),
      keepsAllCorruptBlocks: verification?.keepsAllCorruptBlocks ?? false,
      done: (result) => {
        if (result.corruptBlocks) {
          const { count, blocks } = result.corruptBlocks
          log.warn(`${entry.path} holds ${count} corrupt blocks, ${blocks.join(', ')} among them`)
        }
        record.addContent(entry.name, result)
        done(result)
        progress.advance(result.size)
      },
    })
  }

  #verifierFor(entry: Pick<WalkedEntry, 'name' | 'path'>, size: number): PageVerifier | undefined {
    const { verification, pageBytes, log } = this.#o
    if (!verification || size === 0 || !isRelationSegment(entry.name)) return undefined
    if (size % pageBytes !== 0) {
      log.warn(`${entry.path} is not verified: its size is no multiple of the page size`)
      return undefined
    }
    return new PageVerifier({ name: entry.name, pageBytes, startLsn: verification.startLsn })
  }

  #withoutContent(entry: WalkedEntry): TarSource {
    this.#o.record.addDescription(entry.name, { modifiedNs: entry.status.modifiedNs, updates: 0 })
    const member = this.#member(entry.name, entry.type, entry.status)
    return bufferSource(
      entry.linkName === undefined ? member : { ...member, linkName: entry.linkName },
      NO_CONTENT,
    )
  }

  #member(name: string, type: TarMember['type'], status: EntryStatus): TarMember {
    return {
      name,
      type,
      size: type === 'file' ? status.size : 0,
      mode: status.mode,
      uid: status.uid,
      gid: status.gid,
      userName: this.#owners.user(status.uid),
      groupName: this.#owners.group(status.gid),
      modifiedSeconds: Number((status.modifiedNs + HALF_SECOND_NS) / SECOND_NS),
    }
  }
}
