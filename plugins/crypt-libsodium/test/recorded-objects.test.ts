import { asCodec, describeRecordedObjects } from '../../../test/support/recorded-objects.js'
import { FIXTURE_KEY, openCrypter } from './open-crypter.js'

describeRecordedObjects(new URL('./fixtures/', import.meta.url), async () =>
  asCodec(await openCrypter(FIXTURE_KEY)),
)
