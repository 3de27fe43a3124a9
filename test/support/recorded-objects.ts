import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Compressor, Crypter } from '@walg/sdk'
import { collect, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'

interface Variant {
  readonly file: string
  readonly walg: 'accept' | 'refuse' | 'either'
  readonly size: number
  readonly sha256: string
}

const options = { signal: new AbortController().signal, concurrency: 4 }

/** A crypter in the place of a codec. */
export function asCodec({ decrypt }: Crypter): Pick<Compressor, 'decompress'> {
  return { decompress: decrypt }
}

/**
 * A codec on objects that WAL-G and other tools have made, whole and damaged. `fixtures` is a folder with `accept.json`, which says what
 * must be read and what refused, and the objects in `accept/`.
 */
export function describeRecordedObjects(
  fixtures: URL,
  open: () => Promise<Pick<Compressor, 'decompress'>>,
): void {
  const variants = JSON.parse(readFileSync(new URL('accept.json', fixtures), 'utf8')) as readonly Variant[]

  /** What the codec makes of a file: the size and hash of its content, or the code of the error. */
  async function read(file: string, chunkBytes: number) {
    const packed = readFileSync(new URL(`accept/${file}`, fixtures))
    try {
      const codec = await open()
      const content = await collect(codec.decompress(streamOf(packed, chunkBytes), options))
      return { size: content.length, sha256: createHash('sha256').update(content).digest('hex') }
    } catch (error) {
      return { code: (error as { readonly code?: string }).code }
    }
  }

  describe.each([65_536, 13])('in chunks of %i bytes', (chunkBytes) => {
    test.each(variants.map((variant) => [variant.file, variant.walg, variant] as const))(
      '%s: %s',
      async (file, walg, { size, sha256 }) => {
        const result = await read(file, chunkBytes)

        const refused = expect.stringMatching(/^E_(CODEC|CRYPT)_(TRUNCATED|CORRUPT|TRAILING_DATA)$/)
        const isRefused = 'code' in result
        if (walg !== 'either') expect(isRefused).toBe(walg === 'refuse')
        expect(result).toEqual(isRefused ? { code: refused } : { size, sha256 })
      },
    )
  })
}
