import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { collect, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import codec from '../../codec-lz4/src/codec.js'
import { openWithKey } from './open-crypter.js'

interface Variant {
  readonly file: string
  readonly walg: 'accept' | 'refuse' | 'either'
  readonly key: string
  readonly size: number
  readonly sha256: string
}

const fixtures = new URL('./fixtures/', import.meta.url)
const variants = JSON.parse(readFileSync(new URL('accept.json', fixtures), 'utf8')) as readonly Variant[]
const options = { signal: new AbortController().signal, concurrency: 2 }

async function read({ file, key }: Variant, chunkBytes: number) {
  const stored = streamOf(readFileSync(new URL(`accept/${file}`, fixtures)), chunkBytes)
  try {
    const plain = (await openWithKey(key)).decrypt(stored, options)
    const isPacked = file.endsWith('.lz4')
    const packed = isPacked ? (await codec.open({} as never)).decompress(plain, options) : plain
    const content = await collect(packed)
    return { size: content.length, sha256: createHash('sha256').update(content).digest('hex') }
  } catch (error) {
    return { code: (error as { readonly code?: string }).code }
  }
}

describe.each([65_536, 13])('objects of WAL-G and others, in chunks of %i bytes', (chunkBytes) => {
  test.each(variants.map((variant) => [variant.file, variant.walg, variant] as const))(
    '%s: %s',
    async (_file, walg, variant) => {
      const result = await read(variant, chunkBytes)

      const isRefused = 'code' in result
      if (walg !== 'either') expect(isRefused).toBe(walg === 'refuse')
      const refused = { code: expect.stringMatching(/^E_CRYPT_(TRUNCATED|CORRUPT|KEY)$/) }
      expect(result).toEqual(isRefused ? refused : { size: variant.size, sha256: variant.sha256 })
    },
  )
})
