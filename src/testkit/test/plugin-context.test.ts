import { defineSettings } from '@walg/sdk'
import { pluginContext } from '@walg/testkit'
import { expect, test } from 'vitest'

const spec = defineSettings({
  WALG_TAPE_KEY: { kind: 'string', secret: true, doc: '' },
  WALG_TAPE_BLOCK: { kind: 'bytes', default: '1MiB', doc: '' },
})

test('a plugin reads settings of a test as it does in walg', () => {
  const { settings } = pluginContext({ WALG_TAPE_KEY: 'abc' })

  expect(settings.get(spec, 'WALG_TAPE_KEY')?.reveal()).toBe('abc')
  expect(settings.get(spec, 'WALG_TAPE_BLOCK')).toBe(1024 * 1024)
  expect(() => pluginContext({ WALG_TAPE_BLOCK: 'much' }).settings.get(spec, 'WALG_TAPE_BLOCK')).toThrow(
    /WALG_TAPE_BLOCK from the test/,
  )
})
