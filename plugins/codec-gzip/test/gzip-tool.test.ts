import { spawnSync } from 'node:child_process'
import { collect, pageLikeBytes, randomBytes, streamOf } from '@walg/testkit'
import { expect, test } from 'vitest'
import { describeWith } from '../../../test/support/describe-with.js'
import { openReader } from './open-codec.js'

const options = { signal: new AbortController().signal, concurrency: 4 }
const lacking = spawnSync('gzip', ['--version']).status === 0 ? undefined : 'no gzip tool here'

const gzip = (args: readonly string[], input: Uint8Array) =>
  spawnSync('gzip', ['-c', ...args], { input, maxBuffer: 64 << 20 }).stdout

async function unpacked(bytes: Uint8Array, chunkBytes?: number): Promise<Uint8Array> {
  return await collect((await openReader()).decompress(streamOf(bytes, chunkBytes), options))
}

describeWith('the gzip tool', lacking, () => {
  test.each([['-1'], ['-6'], ['-9']])('writes what walg decompresses: %s', async (level) => {
    for (const bytes of [new Uint8Array(), randomBytes(1), pageLikeBytes(2_000_001), randomBytes(300_000)]) {
      expect(Buffer.compare(await unpacked(gzip([level], bytes)), bytes)).toBe(0)
    }
  })

  test('members follow each other, wherever chunks end; other bytes may not', async () => {
    const members = [pageLikeBytes(500), new Uint8Array(), randomBytes(700)]
    const packed = Buffer.concat(members.map((member) => gzip([], member)))
    const [first] = members.map((member) => gzip([], member))

    for (const chunkBytes of [1, first!.length, first!.length + 1, packed.length]) {
      expect(Buffer.compare(await unpacked(packed, chunkBytes), Buffer.concat(members))).toBe(0)
      for (const rest of [[0], [0, 0, 0x1f, 0x8b], [0x1f], [0x1f, 0x8b], [7]]) {
        const followed = unpacked(Buffer.concat([packed, Buffer.from(rest)]), chunkBytes)
        await expect(followed, `${rest} in chunks of ${chunkBytes}`).rejects.toMatchObject({
          code: expect.stringMatching(/^E_CODEC_(TRUNCATED|CORRUPT|TRAILING_DATA)$/),
        })
      }
    }
  })
})
