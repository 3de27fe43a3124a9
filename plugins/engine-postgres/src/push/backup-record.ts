import { formatLocalTime, type StoredObject } from '@walg/core'
import type { ByteStream } from '@walg/sdk'
import {
  type BackupManifest,
  type FileProof,
  fileProofMember,
  manifestHead,
  type ObjectProof,
} from '../catalog/backup-manifest.js'
import { type CorruptBlocks, fileMember } from '../catalog/files-metadata.js'
import { MemberList } from '../catalog/member-list.js'

/** What there is to say of a folder, link or file. */
export interface RecordedEntry {
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint
  /** How often its rows were written, where that is known; else 0. */
  readonly updates: number
  readonly corruptBlocks?: CorruptBlocks | undefined
}

/**
 * What a backup in the making has stored so far; its documents are made from this. What there is of each file lies on disk: a cluster may
 * have millions of them.
 */
export class BackupRecord {
  readonly #files: MemberList
  readonly #tarFileSets: MemberList
  readonly #fileProofs: MemberList
  /** Names in the parts that are not finished yet. */
  readonly #openParts = new Map<string, MemberList>()
  readonly #folder: string
  readonly #objects = new Map<string, ObjectProof>()
  readonly #keepsFiles: boolean
  #memberBytes = 0
  #storedBytes = 0
  #corruptFiles = 0

  /**
   * `keepsFiles` is false for backups without files_metadata.json. `folder` is for temporary files.
   */
  constructor(keepsFiles: boolean, folder: string) {
    this.#keepsFiles = keepsFiles
    this.#folder = folder
    this.#files = new MemberList(folder)
    this.#tarFileSets = new MemberList(folder)
    this.#fileProofs = new MemberList(folder)
  }

  /** Bytes of the contents of all members. */
  get memberBytes(): number {
    return this.#memberBytes
  }

  get corruptFiles(): number {
    return this.#corruptFiles
  }

  /** Bytes of all objects as stored. */
  get storedBytes(): number {
    return this.#storedBytes
  }

  /** By key relative to the backup's folder. */
  get objects(): ReadonlyMap<string, ObjectProof> {
    return this.#objects
  }

  /** A name that went into a part, whatever its kind. `tar` is the part's name with its extension. */
  addName(tar: string, name: string): void {
    if (!this.#keepsFiles) return
    const names = this.#openParts.get(tar) ?? new MemberList(this.#folder)
    names.add(JSON.stringify(name))
    this.#openParts.set(tar, names)
  }

  addDescription(name: string, { modifiedNs, updates, corruptBlocks }: RecordedEntry): void {
    if (corruptBlocks) this.#corruptFiles++
    if (!this.#keepsFiles) return
    this.#files.add(
      fileMember(name, {
        isIncremented: false,
        isSkipped: false,
        modifiedTime: formatLocalTime(modifiedNs),
        updates,
        ...(corruptBlocks && { corruptBlocks }),
      }),
    )
  }

  addContent(name: string, proof: FileProof): void {
    this.#memberBytes += proof.size
    this.#fileProofs.add(fileProofMember(name, proof))
  }

  /** A part that is stored. `tar` is its name, `key` relative to the backup's folder. */
  async addObject(
    key: string,
    tar: string,
    { size, sha256 }: Pick<StoredObject, 'size' | 'sha256'>,
  ): Promise<void> {
    this.#objects.set(key, { size, sha256 })
    this.#storedBytes += size
    const names = this.#openParts.get(tar)
    if (!names) return
    this.#openParts.delete(tar)
    await this.#tarFileSets.addNested(`${JSON.stringify(tar)}:[`, names, ']')
    names.close()
  }

  /** files_metadata.json, with empty members left out. */
  async *filesMetadata(databases: MemberList): ByteStream {
    const members: readonly (readonly [string, MemberList])[] = [
      ['Files', this.#files],
      ['TarFileSets', this.#tarFileSets],
      ['DatabasesByNames', databases],
    ]
    let before = '{'
    for (const [name, list] of members) {
      if (list.isEmpty) continue
      yield Buffer.from(`${before}"${name}":{`)
      yield* list.content()
      before = '},'
    }
    yield Buffer.from(before === '{' ? '{}' : '}}')
  }

  /** walg_manifest.json. */
  async *manifest(head: Omit<BackupManifest, 'files' | 'objects'>): ByteStream {
    yield Buffer.from(manifestHead({ ...head, objects: this.#objects }))
    yield* this.#fileProofs.content()
    yield Buffer.from('}}')
  }

  /** Lets go of what is on disk. */
  close(): void {
    const lists = [this.#files, this.#tarFileSets, this.#fileProofs, ...this.#openParts.values()]
    for (const list of lists) list.close()
  }
}
