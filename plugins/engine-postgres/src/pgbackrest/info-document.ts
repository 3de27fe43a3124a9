import { createHash } from 'node:crypto'
import { readJson } from '@walg/core'
import { WalgError } from '@walg/sdk'
import { invalidDocument, type Members } from '../catalog/document.js'

/** What pgBackRest keeps in its repository as text: `[section]`, and below it `key=value` with JSON values. */
export interface InfoDocument {
  /** Of the object, for messages. */
  readonly key: string
  /** True when the document holds its own checksum, and has it: nothing of it is lost. */
  readonly isProven: boolean
  /** Values by key, in the order of the document; empty for a section that it does not have. */
  section(name: string): ReadonlyMap<string, unknown>
  /** The same as an object, for sections of few keys. */
  members(name: string): Members
}

const OWN_SECTION = 'backrest'
const CHECKSUM_KEY = 'backrest-checksum'
/** What OpenSSL puts before everything that it encrypts with a passphrase. */
const ENCRYPTED = 'Salted__'
const NOTHING: ReadonlyMap<string, unknown> = new Map()

/**
 * Reads such a document. Rejects with `E_BACKUP_INVALID` what is none, with `E_INTEGRITY_CHECKSUM` one that has changed, and with
 * `E_NOT_SUPPORTED` an encrypted one.
 */
export function parseInfo(key: string, bytes: Uint8Array): InfoDocument {
  if (Buffer.from(bytes.subarray(0, ENCRYPTED.length)).toString('latin1') === ENCRYPTED) {
    throw new WalgError(
      'E_NOT_SUPPORTED',
      `unable to read ${key}: the pgBackRest repository is encrypted; use pgbackrest itself`,
      { details: { key } },
    )
  }
  const sections = new Map<string, Map<string, unknown>>()
  const checksum = new DocumentChecksum()
  let current: { readonly name: string; readonly values: Map<string, unknown> } | undefined
  for (const line of textOf(key, bytes).split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const name = /^\[(.+)\]$/.exec(line)?.[1]
    if (name !== undefined) {
      const values = sections.get(name) ?? new Map<string, unknown>()
      sections.set(name, values)
      current = { name, values }
      continue
    }
    if (!current) throw invalidDocument(key, `'${line.slice(0, 80)}' is in no section`)
    const entry = parseEntry(key, line)
    current.values.set(entry.name, entry.value)
    if (current.name !== OWN_SECTION || entry.name !== CHECKSUM_KEY)
      checksum.add(current.name, entry.name, entry.text)
  }
  const stored = sections.get(OWN_SECTION)?.get(CHECKSUM_KEY)
  if (stored !== undefined) requireEqual(key, checksum.finish(), stored)
  const section = (name: string) => sections.get(name) ?? NOTHING
  return {
    key,
    isProven: stored !== undefined,
    section,
    members: (name) => Object.fromEntries(section(name)),
  }
}

/** Keys may hold equals signs, as names of files do: the key ends where JSON begins. */
function parseEntry(key: string, line: string) {
  for (let at = line.indexOf('='); at > 0; at = line.indexOf('=', at + 1)) {
    const text = line.slice(at + 1)
    try {
      return { name: line.slice(0, at), text, value: readJson(text) }
    } catch {
      // The key goes on.
    }
  }
  throw invalidDocument(key, `'${line.slice(0, 80)}' is no key with a JSON value`)
}

function textOf(key: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw invalidDocument(key, 'it is no text', error)
  }
}

function requireEqual(key: string, computed: string, stored: unknown): void {
  if (computed === stored) return
  throw new WalgError(
    'E_INTEGRITY_CHECKSUM',
    `unable to trust ${key}: its SHA-1 is ${computed}, ${String(stored)} was stored`,
    { details: { key, computed } },
  )
}

/** pgBackRest's checksum of a document: the SHA-1 of all of its values as one JSON object of sections. */
class DocumentChecksum {
  readonly #hash = createHash('sha1').update('{')
  #section: string | undefined

  add(section: string, name: string, value: string): void {
    if (section === this.#section) this.#hash.update(',')
    else {
      this.#hash.update(`${this.#section === undefined ? '' : '},'}"${section}":{`)
      this.#section = section
    }
    this.#hash.update(`${JSON.stringify(name)}:${value}`)
  }

  finish(): string {
    return this.#hash.update('}}').digest('hex')
  }
}
