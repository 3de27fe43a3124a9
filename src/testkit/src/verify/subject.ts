import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PluginKind } from '@walg/sdk'
import { type LoadOutcome, loadInChild } from './load-module.js'
import type { VerifyOptions } from './report.js'

/** The lists of `contributes`, and what their items are. */
export const KIND_OF_LIST: Readonly<Record<string, PluginKind>> = {
  storages: 'storage',
  compressors: 'compressor',
  crypters: 'crypter',
  engines: 'engine',
}

const LOAD_MS = 10_000

/** One item of `contributes`, as whoever wrote it left it. */
export interface DeclaredItem {
  readonly kind: PluginKind
  /** For messages: its kind with its id, or its place in the list. */
  readonly label: string
  readonly value: Readonly<Record<string, unknown>>
}

/** A file that the manifest names. */
export interface DeclaredModule {
  readonly item: DeclaredItem
  /** As it is written there. */
  readonly path: string
  /** The operation that it holds, when it is one of `hot`. */
  readonly hot?: string
}

/** A folder that is looked at. Everything in its manifest may be of any type. */
export class Subject {
  readonly dir: string
  readonly options: VerifyOptions
  /** Why package.json cannot be read. */
  readonly unreadable: string | undefined
  readonly packageJson: Readonly<Record<string, unknown>>
  readonly #outcomes = new Map<string, Promise<LoadOutcome>>()

  constructor(dir: string, options: VerifyOptions) {
    this.dir = dir
    this.options = options
    let parsed: unknown
    try {
      parsed = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
      if (!isRecord(parsed)) this.unreadable = 'it is not an object'
    } catch (error) {
      this.unreadable = (error as Error).message
    }
    this.packageJson = asRecord(parsed)
  }

  get manifest(): Readonly<Record<string, unknown>> {
    return asRecord(this.packageJson['walg'])
  }

  /** Of the kinds that are known. */
  get items(): readonly DeclaredItem[] {
    const contributes = asRecord(this.manifest['contributes'])
    return Object.entries(KIND_OF_LIST).flatMap(([list, kind]) =>
      asList(contributes[list]).map((item, at) => {
        const value = asRecord(item)
        const id = value['id']
        return { kind, label: typeof id === 'string' ? `${kind} ${id}` : `${list}[${at}]`, value }
      }),
    )
  }

  itemsOf(kind: PluginKind): readonly DeclaredItem[] {
    return this.items.filter((item) => item.kind === kind)
  }

  /** The module of each item, and those of `hot`. What is no text is left out; a check of its own complains about that. */
  get modules(): readonly DeclaredModule[] {
    return this.items.flatMap((item) => {
      const { module } = item.value
      const hot = Object.entries(asRecord(item.value['hot']))
      return [
        ...(typeof module === 'string' ? [{ item, path: module }] : []),
        ...hot.flatMap(([name, path]) => (typeof path === 'string' ? [{ item, path, hot: name }] : [])),
      ]
    })
  }

  /** Loads a file of the package, once, in a process of its own. */
  load(path: string, dir = this.dir): Promise<LoadOutcome> {
    const file = join(dir, path)
    const { timeoutMs = LOAD_MS, signal } = this.options
    const outcome = this.#outcomes.get(file) ?? loadInChild(file, timeoutMs, signal)
    this.#outcomes.set(file, outcome)
    return outcome
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
