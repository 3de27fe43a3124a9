import { defineStorage } from '@walg/sdk'
import { swiftSettings } from './settings.js'
import { accessOf } from './swift-access.js'

export default defineStorage({
  id: 'swift',
  settings: swiftSettings,
  async open(ctx) {
    const access = await accessOf(ctx.settings)
    const { openSwiftDriver } = await import('./lazy/swift-driver.js')
    return await openSwiftDriver(access, ctx.signal)
  },
})
