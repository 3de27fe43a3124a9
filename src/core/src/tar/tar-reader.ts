import { type ByteStream, WalgError } from '@walg/sdk'
import {
  decodePaxRecords,
  decodeTarHeader,
  entryTypeOf,
  isZeroBlock,
  type TarEntryType,
  type TarHeader,
} from './tar-header.js'
import { TarInput } from './tar-input.js'
import { tarPadding } from './tar-writer.js'

export interface TarEntry {
  /** As stored, with a leading or trailing slash where there is one. */
  readonly name: string
  readonly type: TarEntryType
  /** Bytes of the content. */
  readonly size: number
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  /** Target of a link; empty for others. */
  readonly linkName: string
  /**
   * The content, in pieces of the chunks of the source, never copied. It can be read once, before the next entry is asked
   * for; what is not read is skipped.
   */
  readonly body: ByteStream
}

/** Names and PAX records come whole into memory: no sane one is larger. */
const LARGEST_EXTENSION_BYTES = 1024 * 1024

/**
 * The members of a tar archive: USTAR, PAX and GNU. `archive` is its name for messages. After the end marker only zeros may
 * follow. An archive may also just end, between two members or in the padding of the last one: streamed backups of WAL-G
 * do. Any other end, and a header whose checksum does not fit, rejects with `E_TAR_INVALID`.
 */
export async function* readTar(
  source: ByteStream,
  archive: string,
): AsyncGenerator<TarEntry, void, undefined> {
  const input = new TarInput(source, archive)
  try {
    const extensions = new Extensions(input, archive)
    for (let header = await nextHeader(input, archive); header; header = await nextHeader(input, archive)) {
      if (await extensions.take(header)) continue
      const entry = extensions.apply(header)
      const content = new Content(input, entry.size)
      yield { ...entry, body: content.chunks() }
      await content.skip()
      await input.skipPadding(tarPadding(entry.size))
    }
    extensions.requireNone()
  } finally {
    await input.close()
  }
}

/** The next header; undefined at the end of the archive. */
async function nextHeader(input: TarInput, archive: string): Promise<TarHeader | undefined> {
  const isFirst = input.position === 0
  const block = await input.block()
  if (!block) {
    if (isFirst) throw invalid(archive, 'it is empty')
    return undefined
  }
  if (isZeroBlock(block)) {
    await input.requireZeros()
    return undefined
  }
  const header = decodeTarHeader(block)
  if (!header) throw invalid(archive, `what stands at byte ${input.position - block.length} is no tar header`)
  return header
}

/** The bytes of one member. */
class Content {
  readonly #input: TarInput
  #left: number

  constructor(input: TarInput, size: number) {
    this.#input = input
    this.#left = size
  }

  async *chunks(): ByteStream {
    while (this.#left > 0) {
      const chunk = await this.#input.take(this.#left)
      this.#left -= chunk.length
      yield chunk
    }
  }

  async skip(): Promise<void> {
    while (this.#left > 0) this.#left -= (await this.#input.take(this.#left)).length
  }
}

/** Headers that say more about the member after them than its own header can. */
class Extensions {
  readonly #input: TarInput
  readonly #archive: string
  #global: ReadonlyMap<string, string> = new Map()
  #records: ReadonlyMap<string, string> | undefined
  #longName: string | undefined
  #longLink: string | undefined

  constructor(input: TarInput, archive: string) {
    this.#input = input
    this.#archive = archive
  }

  /** True when the header is such an extension; its content is then read. */
  async take(header: TarHeader): Promise<boolean> {
    switch (header.typeFlag) {
      case 'x':
        this.#records = await this.#readRecords(header)
        return true
      case 'g':
        this.#global = new Map([...this.#global, ...(await this.#readRecords(header))])
        return true
      case 'L':
        this.#longName = await this.#readText(header)
        return true
      case 'K':
        this.#longLink = await this.#readText(header)
        return true
      default:
        return false
    }
  }

  /** The member that a header describes, together with what came before it. */
  apply(header: TarHeader): Omit<TarEntry, 'body'> {
    const record = (key: string) => this.#records?.get(key) ?? this.#global.get(key)
    const name = record('path') ?? this.#longName ?? header.name
    const type = entryTypeOf({ ...header, name })
    const linkName = record('linkpath') ?? this.#longLink ?? header.linkName
    const size = this.#sizeOf(record('size'), header.size)
    this.#records = undefined
    this.#longName = undefined
    this.#longLink = undefined
    // Links and folders have no content, whatever their size says.
    const hasContent = type === 'file' || type === 'other'
    return { name, type, size: hasContent ? size : 0, mode: header.mode, linkName }
  }

  requireNone(): void {
    if (this.#records === undefined && this.#longName === undefined && this.#longLink === undefined) return
    throw invalid(this.#archive, 'it ends where a member is announced')
  }

  #sizeOf(record: string | undefined, size: number): number {
    if (record === undefined) return size
    const value = /^\d+$/.test(record) ? Number(record) : Number.NaN
    if (!Number.isSafeInteger(value)) throw invalid(this.#archive, `a member of the size '${record}'`)
    return value
  }

  async #readRecords(header: TarHeader): Promise<ReadonlyMap<string, string>> {
    const records = decodePaxRecords(await this.#readContent(header))
    if (!records) throw invalid(this.#archive, 'a PAX header is malformed')
    return records
  }

  async #readText(header: TarHeader): Promise<string> {
    const bytes = await this.#readContent(header)
    const end = bytes.indexOf(0)
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
  }

  async #readContent({ size }: TarHeader): Promise<Buffer> {
    if (size > LARGEST_EXTENSION_BYTES) throw invalid(this.#archive, `a header of ${size} bytes`)
    const content = Buffer.alloc(size)
    for (let done = 0; done < size; ) {
      const chunk = await this.#input.take(size - done)
      content.set(chunk, done)
      done += chunk.length
    }
    await this.#input.skipPadding(tarPadding(size))
    return content
  }
}

function invalid(archive: string, why: string): WalgError {
  return new WalgError('E_TAR_INVALID', `unable to read ${archive}: ${why}`, { details: { archive } })
}
