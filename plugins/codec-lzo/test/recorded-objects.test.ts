import { describeRecordedObjects } from '../../../test/support/recorded-objects.js'
import { openCodec } from './open-codec.js'

describeRecordedObjects(new URL('./fixtures/', import.meta.url), openCodec)
