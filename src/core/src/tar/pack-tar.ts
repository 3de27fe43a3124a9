import { type ByteStream, WalgError } from '@walg/sdk'
import type { SlabPool } from '../pipeline/slab-pool.js'
import { encodeTarHeader, TAR_END_BYTES, type TarMember, tarPadding } from './tar-writer.js'

/** A member with its content, open for reading. */
export interface TarSource {
  readonly member: TarMember
  /** Fills the start of `into` with the next bytes of the content and settles with their number, at least 1. */
  read(into: Uint8Array): Promise<number>
  /** Called once, also after a failure; `isWhole` tells whether all of the content was read. */
  close(isWhole: boolean): Promise<void>
}

/**
 * A tar archive in slabs of the pool: headers and contents are written straight into them. Every chunk is a slab, the last one
 * the beginning of one; whoever has used a chunk up gives it back to the pool.
 */
export async function* packTar(
  sources: AsyncIterable<TarSource>,
  pool: SlabPool,
  signal: AbortSignal,
): ByteStream {
  const slabs = new SlabFiller(pool, signal)
  try {
    for await (const source of sources) {
      let isWhole = false
      try {
        yield* slabs.copy(encodeTarHeader(source.member))
        yield* contentOf(source, slabs)
        yield* slabs.zeros(tarPadding(source.member.size))
        isWhole = true
      } finally {
        await source.close(isWhole)
      }
    }
    yield* slabs.zeros(TAR_END_BYTES)
    yield* slabs.rest()
  } finally {
    slabs.close()
  }
}

async function* contentOf(source: TarSource, slabs: SlabFiller): ByteStream {
  const { name, size } = source.member
  for (let left = size; left > 0; ) {
    const room = await slabs.room()
    const count = await source.read(room.subarray(0, Math.min(left, room.length)))
    if (count === 0) {
      throw new WalgError('E_TAR_INVALID', `unable to store ${name}: ${left} of ${size} bytes are missing`)
    }
    left -= count
    const full = slabs.advance(count)
    if (full) yield full
  }
}

/** The slab that is being filled. */
class SlabFiller {
  readonly #pool: SlabPool
  readonly #signal: AbortSignal
  #slab: Uint8Array | undefined
  #filled = 0

  constructor(pool: SlabPool, signal: AbortSignal) {
    this.#pool = pool
    this.#signal = signal
  }

  /** Where the next bytes go. */
  async room(): Promise<Uint8Array> {
    this.#slab ??= await this.#pool.take(this.#signal)
    return this.#slab.subarray(this.#filled)
  }

  /** Counts bytes written into the room; gives the slab when it is full. */
  advance(count: number): Uint8Array | undefined {
    this.#filled += count
    const slab = this.#slab
    if (!slab || this.#filled < slab.length) return undefined
    this.#slab = undefined
    this.#filled = 0
    return slab
  }

  async *copy(bytes: Uint8Array): ByteStream {
    for (let done = 0; done < bytes.length; ) {
      const room = await this.room()
      const piece = bytes.subarray(done, done + room.length)
      room.set(piece)
      done += piece.length
      const full = this.advance(piece.length)
      if (full) yield full
    }
  }

  async *zeros(count: number): ByteStream {
    for (let left = count; left > 0; ) {
      const room = await this.room()
      const step = Math.min(left, room.length)
      room.fill(0, 0, step)
      left -= step
      const full = this.advance(step)
      if (full) yield full
    }
  }

  async *rest(): ByteStream {
    const slab = this.#slab
    this.#slab = undefined
    if (slab) yield slab.subarray(0, this.#filled)
  }

  close(): void {
    if (this.#slab) this.#pool.give(this.#slab)
    this.#slab = undefined
  }
}
