import type { ByteStream } from '@walg/sdk'

/** A member of a JSON object, or of an object in it, as it stands in the text. */
export interface JsonMember {
  /** Name of the member of the document. */
  readonly outer: string
  /** Name within that member; undefined when that is no object, but a value of its own. */
  readonly name: string | undefined
  /** JSON of the value. */
  readonly text: string
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c
const COLON = 0x3a

/**
 * Goes through a JSON object without ever holding it: gives the members of its members, one by one. For documents such as
 * `{"Files":{…},"TarFileSets":{…}}` with millions of entries. Rejects with a SyntaxError what is no such document.
 */
export async function* nestedMembers(source: ByteStream): AsyncGenerator<JsonMember> {
  const scanner = new Scanner()
  for await (const chunk of source) yield* scanner.scan(chunk)
  scanner.end()
}

class Scanner {
  /** Open objects and arrays around the present byte. */
  #depth = 0
  #isInString = false
  #isEscaped = false
  /** The member of the document whose own members are being read. */
  #outer: string | undefined
  /** Where the name of the member being read ends, in bytes of what is collected; 0 before that. */
  #colonAt = 0
  #pieces: Uint8Array[] = []
  #collected = 0
  #isOver = false

  end(): void {
    if (!this.#isOver || this.#depth !== 0 || this.#isInString) throw new SyntaxError('it ends too early')
    this.#requireBlank()
  }

  *scan(chunk: Uint8Array): Generator<JsonMember> {
    let start = 0
    const take = (end: number) => {
      const piece = chunk.subarray(start, end)
      this.#collected += piece.length
      this.#pieces.push(piece)
      start = end + 1
    }
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) this.#isInString = false
        continue
      }
      const isMemberLevel = this.#depth === this.#level()
      if (byte === QUOTE) this.#isInString = true
      else if (byte === COLON && isMemberLevel && this.#colonAt === 0) {
        this.#colonAt = this.#collected + at - start
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        this.#depth++
        if (this.#depth === 1) {
          take(at)
          this.#requireBlank()
          if (byte === OPEN_ARRAY) throw new SyntaxError('it is no JSON object')
        } else if (this.#depth === 2 && this.#outer === undefined && byte === OPEN_OBJECT) {
          take(at)
          this.#outer = nameOf(this.#text().slice(0, this.#colonAt))
          this.#colonAt = 0
        }
      } else if (byte === COMMA && isMemberLevel) {
        take(at)
        yield* this.#member()
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (isMemberLevel) {
          take(at)
          yield* this.#member()
          this.#outer = undefined
        }
        this.#depth--
        if (this.#depth === 0) this.#isOver = true
      }
    }
    take(chunk.length)
  }

  #level(): number {
    return this.#outer === undefined ? 1 : 2
  }

  /** The member that was collected; none between brackets that hold nothing, and after an object that was read. */
  *#member(): Generator<JsonMember> {
    const colonAt = this.#colonAt
    this.#colonAt = 0
    const bytes = this.#bytes()
    if (colonAt === 0) {
      if (bytes.toString().trim() !== '') throw new SyntaxError('a member without a value')
      return
    }
    const name = nameOf(bytes.subarray(0, colonAt).toString())
    const text = bytes.subarray(colonAt + 1).toString()
    yield this.#outer === undefined
      ? { outer: name, name: undefined, text }
      : { outer: this.#outer, name, text }
  }

  #bytes(): Buffer {
    const bytes = this.#pieces.length === 1 ? Buffer.from(this.#pieces[0]!) : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#collected = 0
    return bytes
  }

  #text(): string {
    return this.#bytes().toString()
  }

  #requireBlank(): void {
    if (this.#text().trim() !== '' || (this.#isOver && this.#depth > 0)) {
      throw new SyntaxError('it is no JSON object')
    }
  }
}

function nameOf(text: string): string {
  const name: unknown = JSON.parse(text)
  if (typeof name !== 'string') throw new SyntaxError('the name of a member is no text')
  return name
}
