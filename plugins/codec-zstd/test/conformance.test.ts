import { compressorKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import { compressorOf, ENGINES, titled } from './engines.js'

describe.each(ENGINES.map((engine) => [titled(engine), engine] as const))(
  'compressor kit: %s',
  (_, engine) => {
    for (const check of compressorKit) {
      test.skipIf(engine.absent)(
        check.name,
        async ({ signal }) => {
          await check.run({ compressor: compressorOf(engine), signal })
        },
        60_000,
      )
    }
  },
)
