import { describeSwift } from './swift-conformance.js'

describeSwift('keystone')
