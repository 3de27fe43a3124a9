import type { Log, Settings } from '@walg/sdk'
import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import codec from '../src/codec.js'
import { parseLevel } from '../src/level.js'

const o = { signal: new AbortController().signal, concurrency: 2 }

function openAt(level: string) {
  const settings = { get: () => level } as unknown as Settings
  return codec.open({ settings, log: {} as Log, signal: o.signal })
}

describe('WALG_ZSTD_LEVEL', () => {
  test.each([
    [undefined, 3],
    ['', 3],
    ['fastest', 1],
    ['default', 3],
    ['better', 7],
    ['best', 11],
    ['BEST', 11],
    ['1', 1],
    ['19', 19],
  ] as const)('%s is level %i of the library', (text, level) => {
    expect(parseLevel(text)).toBe(level)
  })

  test.each(['ultra', '0', '20', '-1', '3.5', '1e1', ' 3', '100'])('%s is refused', (text) => {
    expect(() => parseLevel(text)).toThrow(expect.objectContaining({ code: 'E_SETTING_INVALID' }))
  })

  test('a higher level makes smaller objects', async () => {
    const bytes = pageLikeBytes(2_000_000)
    const packed = async (level: string) =>
      (await collect((await openAt(level)).compress(streamOf(bytes), o))).length

    expect(await packed('best')).toBeLessThan(await packed('fastest'))
  })

  test('a wrong one keeps from writing, not from reading', async () => {
    const whole = await collect((await openAt('3')).compress(streamOf(Buffer.from('content')), o))
    const wrong = await openAt('ultra')

    expect((await collect(wrong.decompress(streamOf(whole), o))).toString()).toBe('content')
    const refused = expect.objectContaining({ code: 'E_SETTING_INVALID' })
    expect(() => wrong.compress(streamOf(whole), o)).toThrow(refused)
    await expect(wrong.compressBuffer?.(whole, o)).rejects.toEqual(refused)
  })
})
