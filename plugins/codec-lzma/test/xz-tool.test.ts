import { execFileSync, spawnSync } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { collect, pageLikeBytes, randomBytes, streamOf } from '@walg/testkit'
import { expect, test } from 'vitest'
import { describeWith } from '../../../test/support/describe-with.js'
import { openCodec } from './open-codec.js'

const MiB = 1024 * 1024
const options = { signal: new AbortController().signal, concurrency: 4 }
const lacking = spawnSync('xz', ['--version']).status === 0 ? undefined : 'no xz tool here'

function xz(args: readonly string[], input: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync('xz', args, { input, maxBuffer: 64 << 20 })
  expect([status, String(stderr)]).toEqual([0, ''])
  return stdout
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const inputs = [
  ['nothing', new Uint8Array()],
  ['one byte', randomBytes(1)],
  ['pages', pageLikeBytes(1_500_001)],
  ['noise', randomBytes(300_000)],
] as const

describeWith('the xz tool', lacking, () => {
  test.each(inputs)('reads what walg compressed: %s', async (_what, bytes) => {
    const packed = await collect((await openCodec()).compress(streamOf(bytes), options))

    expect(Buffer.compare(xz(['--format=lzma', '-dc'], packed), bytes)).toBe(0)
  })

  test.each([
    ['--format=lzma', '-0'],
    ['--format=lzma', '-6'],
    ['--format=lzma', '-9e'],
    ['--format=lzma', '--lzma1=preset=1,lc=0,lp=4,pb=0,dict=4KiB'],
    ['--format=xz', '-1'],
    ['--format=xz', '--check=sha256', '--block-size=100000'],
    ['--format=xz', '--check=none'],
  ])('writes what walg decompresses: %s %s %s', async (...args) => {
    const codec = await openCodec()
    for (const [what, bytes] of inputs) {
      const packed = xz(['-zc', ...args.filter((arg) => arg !== undefined)], bytes)
      const content = await collect(codec.decompress(streamOf(packed), options))
      expect(Buffer.compare(content, bytes), what).toBe(0)
    }
  })

  test('what shrank to almost nothing is unpacked as it is asked for', async () => {
    const bomb = execFileSync('sh', ['-c', 'head -c 268435456 /dev/zero | xz -0 --format=lzma'])
    expect(bomb.length).toBeLessThan(50_000)
    const codec = await openCodec()
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    let bytes = 0

    for await (const chunk of codec.decompress(streamOf(bomb), options)) {
      bytes += chunk.length
      if (bytes % (4 * MiB) !== 0) continue
      // When node collects buffers that were dropped is its own affair; walg makes it do so while bulk data passes.
      collectGarbage()
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }

    expect(bytes).toBe(256 * MiB)
    // One piece gives 28 MiB.
    expect(most / MiB).toBeLessThan(40)
  })
})
