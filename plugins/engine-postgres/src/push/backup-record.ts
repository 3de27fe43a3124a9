import type { StoredObject } from '@walg/core'
import type { FileProof, ObjectProof } from '../catalog/backup-manifest.js'
import type { FileDescription, FilesMetadata } from '../catalog/files-metadata.js'
import { formatLocalTime } from '../catalog/timestamp.js'
import type { ReadFile } from './file-source.js'

/** What a backup in the making has stored so far; its documents are made from this. */
export class BackupRecord {
  readonly #files = new Map<string, FileDescription>()
  readonly #tarFileSets = new Map<string, string[]>()
  readonly #fileProofs = new Map<string, FileProof>()
  readonly #objects = new Map<string, ObjectProof>()
  readonly #keepsFiles: boolean
  #memberBytes = 0
  #corruptFiles = 0

  /** `keepsFiles` is false for backups without files_metadata.json, which are made to save this memory. */
  constructor(keepsFiles: boolean) {
    this.#keepsFiles = keepsFiles
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
    return [...this.#objects.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** By key relative to the backup's folder. */
  get objects(): ReadonlyMap<string, ObjectProof> {
    return this.#objects
  }

  get fileProofs(): ReadonlyMap<string, FileProof> {
    return this.#fileProofs
  }

  /** A name that went into a part, whatever its kind. `tar` is the part's name with its extension. */
  addName(tar: string, name: string): void {
    if (!this.#keepsFiles) return
    const names = this.#tarFileSets.get(tar)
    if (names) names.push(name)
    else this.#tarFileSets.set(tar, [name])
  }

  /** A folder, link or file with its time of modification, in nanoseconds since 1970. */
  addDescription(name: string, modifiedNs: bigint, corruptBlocks?: ReadFile['corruptBlocks']): void {
    if (corruptBlocks) this.#corruptFiles++
    if (!this.#keepsFiles) return
    this.#files.set(name, {
      isIncremented: false,
      isSkipped: false,
      modifiedTime: formatLocalTime(modifiedNs),
      ...(corruptBlocks && { corruptBlocks }),
    })
  }

  addContent(name: string, proof: FileProof): void {
    this.#memberBytes += proof.size
    if (this.#keepsFiles) this.#fileProofs.set(name, { size: proof.size, crc32: proof.crc32 })
  }

  addObject(key: string, { size, sha256 }: Pick<StoredObject, 'size' | 'sha256'>): void {
    this.#objects.set(key, { size, sha256 })
  }

  filesMetadata(databases: FilesMetadata['databases']): FilesMetadata {
    return { files: this.#files, tarFileSets: this.#tarFileSets, databases }
  }
}
