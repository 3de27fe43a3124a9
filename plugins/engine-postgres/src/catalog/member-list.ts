import { TextSpool } from '@walg/core'
import type { ByteStream } from '@walg/sdk'

/** Members of a JSON object or array that may be very many: kept on disk, read back as they stand between the brackets. */
export class MemberList {
  readonly #spool: TextSpool
  #nesting: Promise<void> = Promise.resolve()

  /** `folder` is for temporary files. */
  constructor(folder: string) {
    this.#spool = new TextSpool(folder)
  }

  get isEmpty(): boolean {
    return this.#spool.isEmpty
  }

  /** `member` is `"name":value`, or the item of an array. */
  add(member: string): void {
    this.#spool.append(this.#spool.isEmpty ? member : `,${member}`)
  }

  /** A member whose value ends in these: `head` is `"name":{` or the like, `tail` closes it. One at a time, in turn. */
  async addNested(head: string, members: MemberList, tail: string): Promise<void> {
    const turn = this.#nesting.then(async () => {
      this.add(head)
      const decoder = new TextDecoder()
      for await (const piece of members.content()) this.#spool.append(decoder.decode(piece, { stream: true }))
      this.#spool.append(decoder.decode() + tail)
    })
    this.#nesting = turn.catch(() => undefined)
    await turn
  }

  content(): ByteStream {
    return this.#spool.content()
  }

  close(): void {
    this.#spool.close()
  }
}
