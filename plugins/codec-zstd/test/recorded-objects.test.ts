import { describe } from 'vitest'
import { describeRecordedObjects } from '../../../test/support/recorded-objects.js'
import { compressorOf, ENGINES, titled } from './engines.js'

const fixtures = new URL('./fixtures/', import.meta.url)

for (const engine of ENGINES) {
  describe.skipIf(engine.absent)(titled(engine), () => {
    describeRecordedObjects(fixtures, async () => compressorOf(engine))
  })
}
