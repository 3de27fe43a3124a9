import { type Compressor, defineCompressor } from '@walg/sdk'
import { MemoryDriver, operationContext, pluginContext } from '@walg/testkit'
import { expect, test } from 'vitest'

const twice: Compressor = {
  id: 'twice',
  extension: 'tw',
  async *compress(source) {
    for await (const chunk of source) yield* [chunk, chunk]
  },
  decompress: (source) => source,
}

test('an operation of a test writes to the driver that it was given', async () => {
  const driver = new MemoryDriver()
  const ctx = operationContext({ WALG_STORAGE_PREFIX: 'below' }, { driver })

  await (await ctx.storage()).write('x', [Buffer.from('y')], { signal: ctx.signal })

  expect(driver.keys).toEqual(['below/x'])
})

test('without tools nothing is compressed and nothing encrypted', async () => {
  const ctx = operationContext({})

  expect((await ctx.compressor()).id).toBe('none')
  expect(await ctx.crypter()).toBeUndefined()
  expect(await ctx.compressorFor('tw')).toBeUndefined()
})

test('tools are found by the ways of walg', async () => {
  const codec = defineCompressor({ id: 'twice', settings: {}, open: async () => twice })
  const ctx = operationContext({}, { compressor: await codec.open(pluginContext({})) })

  expect(await ctx.compressor()).toBe(twice)
  expect(await ctx.compressorFor('tw')).toBe(twice)
  expect(ctx.extensions()).toEqual(['tw'])
})
