import { compressorKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import { openCodec } from './open-codec.js'

describe('compressor kit', () => {
  for (const check of compressorKit) {
    test(check.name, async ({ signal }) => {
      await check.run({ compressor: await openCodec(), signal })
    }, 60_000)
  }
})
