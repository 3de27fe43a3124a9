import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { StorageStatus } from './aliveness.js'

/** What is asked of storages: `read`, or `write` as well. */
export type StorageUse = 'read' | 'write'

type Statuses = ReadonlyMap<string, StorageStatus>

/**
 * What runs before this one have learnt of storages, by name and settings. A file of walg's own: WAL-G's has keys that only one
 * program can make, and is written in place.
 */
export class StatusFile {
  readonly #path: string

  constructor(use: StorageUse, folder = homeFolder()) {
    this.#path = join(folder, `.walg_storage_status_${use}.json`)
  }

  get path(): string {
    return this.#path
  }

  /** Nothing when there is no file yet. Throws when it cannot be read, or is no such file. */
  read(): Statuses {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
      throw error
    }
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null) throw new Error('it holds no statuses')
    return new Map(Object.entries(document).flatMap(([key, value]) => statusOf(key, value)))
  }

  /** Adds to what other runs have written meanwhile: of each storage the newest status counts. */
  write(statuses: Statuses): void {
    const merged = new Map(this.#others())
    for (const [key, status] of statuses) {
      const other = merged.get(key)
      if (!other || other.updatedMs <= status.updatedMs) merged.set(key, status)
    }
    const document = Object.fromEntries([...merged].map(([key, status]) => [key, documentOf(status)]))
    const temporary = `${this.#path}.${process.pid}`
    mkdirSync(dirname(this.#path), { recursive: true })
    try {
      writeFileSync(temporary, JSON.stringify(document), { mode: 0o600 })
      renameSync(temporary, this.#path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  #others(): Statuses {
    try {
      return this.read()
    } catch {
      return new Map()
    }
  }
}

function homeFolder(): string {
  const home = homedir()
  return home === '' || home === '/' ? tmpdir() : home
}

function statusOf(key: string, value: unknown): [string, StorageStatus][] {
  const { potential_aliveness, actual_aliveness, previous_aliveness, updated } = (value ?? {}) as Record<
    string,
    unknown
  >
  const updatedMs = Date.parse(String(updated))
  const isWhole =
    Number.isFinite(potential_aliveness) && Number.isFinite(actual_aliveness) && Number.isFinite(updatedMs)
  if (!isWhole) return []
  const status = {
    potential: potential_aliveness as number,
    actual: actual_aliveness as number,
    wasAlive: previous_aliveness === true,
    updatedMs,
  }
  return [[key, status]]
}

function documentOf({ potential, actual, wasAlive, updatedMs }: StorageStatus) {
  return {
    potential_aliveness: potential,
    actual_aliveness: actual,
    previous_aliveness: wasAlive,
    updated: new Date(updatedMs).toISOString(),
  }
}
