import { corrupt } from './damage.js'

/** How far back the shortest kind of match after three literals begins. */
const FAR_SHORT_DISTANCE = 2048
const VERY_FAR_DISTANCE = 16384

/**
 * Unpacks one block of LZO1X into exactly `length` bytes. Written after the description of the stream in the documentation of Linux
 * (Documentation/staging/lzo.rst).
 */
export function unpackBlock(packed: Uint8Array, length: number): Uint8Array {
  const block = new Block(packed, length)
  block.run()
  return block.output
}

class Block {
  readonly output: Buffer
  readonly #input: Uint8Array
  #from = 0
  #to = 0

  constructor(input: Uint8Array, length: number) {
    this.#input = input
    // Of its own memory: no bytes of others show when a block is damaged.
    this.output = Buffer.allocUnsafeSlow(length)
  }

  run(): void {
    // How many literals the last instruction has copied: up to three, or 4 for a run of more.
    let state = 0
    const first = this.#input[0] ?? 0
    if (first > 17) {
      this.#from = 1
      this.#copyLiterals(first - 17)
      state = Math.min(first - 17, 4)
    }
    for (;;) {
      const code = this.#next()
      let literals: number
      if (code >= 64) {
        const length = code >= 128 ? 5 + ((code >> 5) & 3) : 3 + ((code >> 5) & 1)
        this.#copyMatch((this.#next() << 3) + ((code >> 2) & 7) + 1, length)
        literals = code & 3
      } else if (code >= 32) {
        const length = this.#length(code & 31, 31) + 2
        const rest = this.#next16()
        this.#copyMatch((rest >> 2) + 1, length)
        literals = rest & 3
      } else if (code >= 16) {
        const length = this.#length(code & 7, 7) + 2
        const rest = this.#next16()
        const distance = VERY_FAR_DISTANCE + ((code & 8) << 11) + (rest >> 2)
        if (distance === VERY_FAR_DISTANCE) break
        this.#copyMatch(distance, length)
        literals = rest & 3
      } else if (state === 0) {
        this.#copyLiterals(this.#length(code, 15) + 3)
        state = 4
        continue
      } else {
        const near = (this.#next() << 2) + (code >> 2) + 1
        if (state === 4) this.#copyMatch(near + FAR_SHORT_DISTANCE, 3)
        else this.#copyMatch(near, 2)
        literals = code & 3
      }
      this.#copyLiterals(literals)
      state = literals
    }
    this.#requireEnd()
  }

  #next(): number {
    const byte = this.#input[this.#from++]
    if (byte === undefined) throw corrupt('a block ends too early')
    return byte
  }

  #next16(): number {
    const low = this.#next()
    return low | (this.#next() << 8)
  }

  /** Zero stands for a length that follows: 255 for each zero byte, and the byte after them. */
  #length(bits: number, most: number): number {
    if (bits !== 0) return bits
    let length = most
    let byte = this.#next()
    for (; byte === 0; byte = this.#next()) length += 255
    return length + byte
  }

  #copyLiterals(count: number): void {
    const end = this.#from + count
    if (end > this.#input.length) throw corrupt('a block ends too early')
    this.#requireRoom(count)
    this.output.set(this.#input.subarray(this.#from, end), this.#to)
    this.#from = end
    this.#to += count
  }

  #copyMatch(distance: number, count: number): void {
    if (distance > this.#to) throw corrupt('a block refers to what was before it')
    this.#requireRoom(count)
    if (distance >= count) this.output.copyWithin(this.#to, this.#to - distance, this.#to - distance + count)
    // What it copies, it has written itself.
    else for (let at = this.#to; at < this.#to + count; at++) this.output[at] = this.output[at - distance]!
    this.#to += count
  }

  #requireRoom(count: number): void {
    if (this.#to + count > this.output.length) throw corrupt('a block is longer than it says')
  }

  #requireEnd(): void {
    if (this.#from !== this.#input.length) throw corrupt('something follows the end within a block')
    if (this.#to !== this.output.length) throw corrupt('a block is shorter than it says')
  }
}
