import type { BackupChains } from './backup-chains.js'
import { LogNeeds } from './log-needs.js'
import type { RetentionBackup, RetentionCatalog } from './retention-catalog.js'
import { MAY_RUN_MS, type UnfinishedBackup } from './unfinished-backups.js'

/** Backups that stay, each with the reason; also names that only an increment knows of. */
export class KeptBackups {
  readonly logs = new LogNeeds()
  readonly #reasons = new Map<string, string>()
  readonly #backups: ReadonlyMap<string, RetentionBackup>
  readonly #chains: BackupChains
  readonly #placeOf: RetentionCatalog['placeOf']
  readonly #usable = new Set<string>()
  readonly #forThemselves = new Set<string>()
  #newestUnreadable: string | undefined
  #isAnyRunning = false
  #oldestMs = Number.POSITIVE_INFINITY

  constructor(catalog: RetentionCatalog, chains: BackupChains) {
    this.#backups = new Map(catalog.backups.map((backup) => [backup.name, backup]))
    this.#chains = chains
    this.#placeOf = catalog.placeOf?.bind(catalog)
  }

  reasonFor(name: string): string | undefined {
    return this.#reasons.get(name)
  }

  /** Whether it stays with all logs that follow. */
  keepsLogs(name: string): boolean {
    return this.#usable.has(name)
  }

  /** A backup of which nobody knows what it needs. */
  get newestUnreadable(): string | undefined {
    return this.#newestUnreadable
  }

  /** When the oldest backup was begun that stays for more than its own sake. */
  get oldestMs(): number {
    return this.#oldestMs
  }

  /** Keeps a backup, what it builds on, and the logs to restore it to any later time. */
  keepUsable(name: string, reason: string): void {
    this.#keep(name, reason, this.#usable, (backup) => {
      this.logs.needFrom(backup.logs)
      this.#oldestMs = Math.min(this.#oldestMs, backup.timeMs)
    })
  }

  /** Keeps a backup, what it builds on, and only the logs that belong to them. */
  keepForItself(name: string, reason: string): void {
    this.#keep(name, reason, this.#forThemselves, (backup) => this.logs.needOnly(backup.logs))
  }

  /** Keeps a backup and nothing that it may need. */
  keepAlone(name: string, reason: string): void {
    if (!this.#reasons.has(name)) this.#reasons.set(name, reason)
  }

  /** Whether nothing stays, and nothing may be in progress. */
  get isEmpty(): boolean {
    return this.#reasons.size === 0 && !this.#isAnyRunning
  }

  /**
   * Keeps backups that cannot be read. Nothing is known of what they need: so all logs, and every backup before them, to which they
   * may be increments.
   */
  keepUnreadable(backups: readonly RetentionBackup[]): void {
    const newest = backups.findLastIndex(({ problem }) => problem !== undefined)
    if (newest < 0) return
    this.#newestUnreadable = backups[newest]!.name
    this.logs.needAll()
    for (const { name, problem } of backups) {
      if (problem !== undefined) this.#reasons.set(name, `it cannot be read: ${problem}`)
    }
    const reason = `${this.#newestUnreadable}, which cannot be read, may be an increment to it`
    for (const { name } of backups.slice(0, newest)) this.keepUsable(name, reason)
  }

  /**
   * A backup that may be running needs the logs since it began, which is not known, and the backup that it is an increment to if it is
   * one: the newest that was there when it began. `byAge` is oldest sentinel first.
   */
  keepForRunning({ name, firstMs }: UnfinishedBackup, byAge: readonly RetentionBackup[]): void {
    this.#isAnyRunning = true
    const earliestMs = firstMs - MAY_RUN_MS
    this.logs.needStoredSince(earliestMs)
    const place = this.#placeOf?.(name)
    if (place) this.logs.needFrom({ branch: place.branch, from: place.position, to: place.position })
    const newestThen = byAge.findLastIndex(({ modifiedMs }) => modifiedMs <= earliestMs)
    for (const parent of byAge.slice(Math.max(0, newestThen))) {
      if (parent.modifiedMs > firstMs) break
      this.keepUsable(parent.name, `${name}, which may be in progress, may be an increment to it`)
    }
  }

  #keep(name: string, reason: string, done: Set<string>, noteNeeds: (backup: RetentionBackup) => void): void {
    if (!this.#reasons.has(name)) this.#reasons.set(name, reason)
    const waiting = [name]
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (done.has(one)) continue
      done.add(one)
      const backup = this.#backups.get(one)
      if (backup && backup.problem === undefined) noteNeeds(backup)
      for (const parent of this.#chains.parentsOf(one)) {
        if (!this.#reasons.has(parent)) this.#reasons.set(parent, `${one} is an increment to it`)
        waiting.push(parent)
      }
    }
  }
}
