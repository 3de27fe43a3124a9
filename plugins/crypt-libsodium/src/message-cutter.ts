/** Cuts what comes in chunks of any length into messages of one length. */
export class MessageCutter {
  readonly #messageBytes: number
  readonly #carry: Buffer
  #carried = 0

  constructor(messageBytes: number) {
    this.#messageBytes = messageBytes
    this.#carry = Buffer.allocUnsafeSlow(messageBytes)
  }

  /** How many messages `cut` gives for this chunk. */
  count(chunk: Uint8Array): number {
    return Math.floor((this.#carried + chunk.length) / this.#messageBytes)
  }

  /** Whole messages, each valid until the next is asked for. All have to be taken. */
  *cut(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0
    if (this.#carried > 0) {
      at = Math.min(this.#messageBytes - this.#carried, chunk.length)
      this.#carry.set(chunk.subarray(0, at), this.#carried)
      this.#carried += at
      if (this.#carried < this.#messageBytes) return
      this.#carried = 0
      yield this.#carry
    }
    for (; at + this.#messageBytes <= chunk.length; at += this.#messageBytes)
      yield chunk.subarray(at, at + this.#messageBytes)
    this.#carry.set(chunk.subarray(at))
    this.#carried = chunk.length - at
  }

  /** What came after the last whole message. */
  get rest(): Uint8Array {
    return this.#carry.subarray(0, this.#carried)
  }
}
