import { fstatSync, ftruncateSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { EarlySync } from '../../src/fetch/early-sync.js'

function fileOf(bytes: number): number {
  const descriptor = openSync(join(temporaryFolder(), 'file'), 'w')
  ftruncateSync(descriptor, bytes)
  return descriptor
}

const isClosed = (descriptor: number) => {
  try {
    fstatSync(descriptor)
    return false
  } catch {
    return true
  }
}

describe('bringing finished files to disk early', () => {
  test('closes a small one at once', async () => {
    const sync = new EarlySync()
    const descriptor = fileOf(10)

    await sync.take(descriptor)

    expect(isClosed(descriptor)).toBe(true)
  })

  test('has closed all large ones when it is settled', async () => {
    const sync = new EarlySync()
    const descriptors = Array.from({ length: 5 }, () => fileOf(5 * 1024 * 1024))

    for (const descriptor of descriptors) await sync.take(descriptor)
    await sync.settled()

    expect(descriptors.map(isClosed)).toEqual([true, true, true, true, true])
  })
})
