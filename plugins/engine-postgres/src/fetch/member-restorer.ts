import { basename } from 'node:path'
import type { TarEntry } from '@walg/core'
import { type Log, WalgError } from '@walg/sdk'
import type { Destination } from './destination.js'
import { PG_CONTROL, safeMemberPath, WAITING_CONTROL } from './member-path.js'
import { type FetchPlan, isLabel, type RestoreStep } from './restore-steps.js'
import type { Unpacker } from './unpacker.js'

const LISTED_IN_MESSAGE = 3

/** Puts the members of the data tars of one backup into place, and keeps account of what has turned up. */
export class MemberRestorer {
  readonly #step: RestoreStep
  readonly #isMeant: FetchPlan['isMeant']
  readonly #destination: Destination
  readonly #unpacker: Unpacker
  readonly #log: Log
  readonly #missing: Set<string>
  #bytes = 0

  constructor(
    step: RestoreStep,
    plan: FetchPlan,
    tools: { readonly destination: Destination; readonly unpacker: Unpacker; readonly log: Log },
  ) {
    this.#step = step
    this.#isMeant = plan.isMeant
    this.#destination = tools.destination
    this.#unpacker = tools.unpacker
    this.#log = tools.log
    this.#missing = new Set(step.expected)
  }

  /** Bytes written to files. */
  get bytes(): number {
    return this.#bytes
  }

  async take(entry: TarEntry): Promise<void> {
    const path = safeMemberPath(entry.name)
    await this.#place(path, entry)
    this.#missing.delete(path)
  }

  /** Rejects with `E_BACKUP_INVALID` when something that the backup should hold was in none of its tars. */
  requireAll(): void {
    const missing = [...this.#missing]
    if (missing.length === 0) return
    const shown = missing.slice(0, LISTED_IN_MESSAGE).join(', ')
    const more = missing.length > LISTED_IN_MESSAGE ? ` and ${missing.length - LISTED_IN_MESSAGE} more` : ''
    const { name } = this.#step.backup
    throw new WalgError('E_BACKUP_INVALID', `unable to restore ${name}: no tar part holds ${shown}${more}`, {
      details: { name, missing: missing.length },
    })
  }

  async #place(path: string, entry: TarEntry): Promise<void> {
    const { isTarget } = this.#step
    switch (entry.type) {
      case 'file':
        if (this.#isOnlyControl(path)) await this.#unpack(WAITING_CONTROL, entry)
        else if (this.#wants(path)) await this.#unpack(path, entry)
        return
      case 'directory':
        if (isTarget) this.#destination.ensureFolder(path, entry.mode)
        return
      case 'symlink':
        if (isTarget) this.#makeLink(path, entry.linkName)
        return
      case 'link':
        throw new WalgError(
          'E_TAR_INVALID',
          `unable to restore ${path}: it is a hard link, which no backup holds`,
          { details: { path } },
        )
      case 'other':
        this.#log.warn(`${path} is neither file, folder nor link, and is not restored`)
    }
  }

  /** The oldest backups have no tar of its own for pg_control. */
  #isOnlyControl(path: string): boolean {
    const { isTarget, backup } = this.#step
    return path === PG_CONTROL && isTarget && backup.parts.control.length === 0 && this.#isMeant(path)
  }

  #wants(path: string): boolean {
    const { wanted, isTarget, backup } = this.#step
    // It is put in place last, from a tar of its own; a streamed backup holds it here once more.
    if (path === PG_CONTROL) return false
    // With a tar of its own, a label in the data directory is a left-over of another backup.
    if (isLabel(path)) return isTarget && backup.label !== 'own-tar' && this.#isMeant(path)
    return wanted === 'everything' ? this.#isMeant(path) : wanted.has(path)
  }

  async #unpack(path: string, entry: TarEntry): Promise<void> {
    const { backup } = this.#step
    const written = await this.#unpacker.unpack({
      path,
      entry,
      isIncrement: backup.files.get(path)?.isIncremented ?? false,
      proof: backup.manifest?.files.get(entry.name),
    })
    this.#bytes += written
  }

  #makeLink(path: string, target: string): void {
    // WAL-G stores the name of the link in place of its target.
    if (target === '' || target === basename(path)) {
      this.#log.warn(`${path} was a symbolic link; the backup does not say where to, so it is not restored`)
    } else this.#destination.makeLink(path, target)
  }
}
