import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { collect, pageLikeBytes, randomBytes, streamOf } from '@walg/testkit'
import { expect, test } from 'vitest'
import { describeWith } from '../../../test/support/describe-with.js'
import { openReader } from './open-codec.js'

const options = { signal: new AbortController().signal, concurrency: 4 }
const lacking = spawnSync('lzop', ['--version']).status === 0 ? undefined : 'no lzop tool here'

async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  return await collect((await openReader()).decompress(streamOf(bytes), options))
}

describeWith('the lzop tool', lacking, () => {
  test.each([['-1'], ['-3'], ['-9'], ['-3', '--crc32'], ['-3', '-F'], ['-3', '-C']])(
    'writes what walg decompresses: %s %s',
    async (...args) => {
      const text = Buffer.from('what repeats itself is near and far; '.repeat(9_000))
      const inputs = [new Uint8Array(), randomBytes(1), pageLikeBytes(3_000_001), randomBytes(300_000), text]
      for (const input of [...inputs, new Uint8Array(1_000_000)]) {
        const { stdout } = spawnSync('lzop', [...args.filter((one) => one !== undefined), '-c'], {
          input,
          maxBuffer: 64 << 20,
        })
        expect(Buffer.compare(await unpacked(stdout), input)).toBe(0)
      }
    },
  )
})

test('no changed bit gives other content where blocks have checksums', async () => {
  const file = readFileSync(new URL('fixtures/accept/level9.lzo', import.meta.url))
  const whole = await unpacked(file)
  expect(whole).toHaveLength(100_000)
  const unnoticed: number[] = []

  for (let at = 0; at < file.length; at += at < 100 || at > file.length - 100 ? 1 : 13) {
    const damaged = Buffer.from(file)
    damaged[at]! ^= 1 << (at % 8)
    const content = await unpacked(damaged).catch((error) => {
      expect(error.code).toMatch(/^E_CODEC_(TRUNCATED|CORRUPT|TRAILING_DATA)$/)
    })
    if (content && Buffer.compare(content, whole) !== 0) unnoticed.push(at)
  }

  expect(unnoticed).toEqual([])
})

test('a block that says it is huge is refused before its memory is taken', async () => {
  const file = readFileSync(new URL('fixtures/empty-file.lzo', import.meta.url))
  file.writeUInt32BE(0x7fff_ffff, file.length - 4)

  await expect(unpacked(file)).rejects.toThrow('a block of 2147483647 bytes; the limit is 8388608')
})
