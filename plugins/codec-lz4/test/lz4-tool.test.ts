import { spawnSync } from 'node:child_process'
import { collect, pageLikeBytes, randomBytes, streamOf } from '@walg/testkit'
import { expect, test } from 'vitest'
import { describeWith } from '../../../test/support/describe-with.js'
import { openCodec } from './open-codec.js'

const options = { signal: new AbortController().signal, concurrency: 4 }
const lacking = spawnSync('lz4', ['--version']).status === 0 ? undefined : 'no lz4 tool here'

function lz4(args: readonly string[], input: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync('lz4', args, { input, maxBuffer: 64 << 20 })
  expect([status, String(stderr)]).toEqual([0, ''])
  return stdout
}

const inputs = [
  ['nothing', new Uint8Array()],
  ['one byte', randomBytes(1)],
  ['pages', pageLikeBytes(5_000_001)],
  ['noise', randomBytes(1_500_000)],
] as const

describeWith('the lz4 tool', lacking, () => {
  test.each(inputs)('reads what walg compressed: %s', async (_what, bytes) => {
    const codec = await openCodec()
    const streamed = await collect(codec.compress(streamOf(bytes), options))
    const buffered = Buffer.concat(await codec.compressBuffer!(bytes, options))

    expect(Buffer.compare(lz4(['-dcq'], streamed), bytes)).toBe(0)
    expect(Buffer.compare(lz4(['-dcq'], buffered), bytes)).toBe(0)
  })

  test.each([['-1'], ['-9'], ['-B4'], ['-B4', '-BD'], ['-B7', '-BX'], ['--no-frame-crc'], ['-l']])(
    'writes what walg decompresses: %s %s',
    async (...args) => {
      const codec = await openCodec()
      for (const [what, bytes] of inputs) {
        const packed = lz4(['-zcq', ...args.filter((arg) => arg !== undefined)], bytes)
        const content = await collect(codec.decompress(streamOf(packed), options))
        expect(Buffer.compare(content, bytes), what).toBe(0)
      }
    },
  )
})
