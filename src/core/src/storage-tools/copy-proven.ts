import { createHash } from 'node:crypto'
import { type ByteStream, type CallOptions, type Storage, WalgError } from '@walg/sdk'

export interface CopyOptions extends CallOptions {
  /** What is done with the bytes on the way; absent: nothing. */
  transform?(source: ByteStream): ByteStream
}

/**
 * Copies one object between storages, and reads the copy to prove it. Gives its size. Rejects with `E_INTEGRITY_CHECKSUM` when the
 * target holds something else.
 */
export async function copyProven(from: Storage, to: Storage, key: string, o: CopyOptions): Promise<number> {
  const { info, body } = await from.read(key, o)
  const sum = new Sum()
  const size = o.transform ? {} : { size: info.size }
  await to.write(key, sum.through(o.transform ? o.transform(body) : body), { signal: o.signal, ...size })
  const copy = await sumOf(to, key, o)
  if (copy.equals(sum)) return sum.bytes
  throw new WalgError(
    'E_INTEGRITY_CHECKSUM',
    `unable to trust the copy of ${key}: the storage '${to.name}' gives other bytes than were written`,
    {
      details: { key, storage: to.name },
    },
  )
}

/** Whether two storages hold the same bytes under a key; both are read. */
export async function isSameObject(
  one: Storage,
  other: Storage,
  key: string,
  o: CallOptions,
): Promise<boolean> {
  const [first, second] = [await sumOf(one, key, o), await sumOf(other, key, o)]
  return first.equals(second)
}

async function sumOf(storage: Storage, key: string, o: CallOptions): Promise<Sum> {
  const sum = new Sum()
  const { body } = await storage.read(key, o)
  for await (const _chunk of sum.through(body));
  return sum
}

/** Length and SHA-256 of a stream that was read to its end. */
class Sum {
  bytes = 0
  sha256: string | undefined

  async *through(source: ByteStream): ByteStream {
    const hash = createHash('sha256')
    for await (const chunk of source) {
      this.bytes += chunk.length
      hash.update(chunk)
      yield chunk
    }
    this.sha256 = hash.digest('hex')
  }

  equals(other: Sum): boolean {
    return this.sha256 !== undefined && this.sha256 === other.sha256 && this.bytes === other.bytes
  }
}
