import { describe, test } from 'node:test'
import { compressorKit, pluginContext } from '@walg/testkit'
import codec from '../src/codec.js'

describe('compressor kit', () => {
  for (const check of compressorKit) {
    test(check.name, async (t) => {
      const compressor = await codec.open(pluginContext({}))
      await check.run({ compressor, signal: t.signal })
    })
  }
})
