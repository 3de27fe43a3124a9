import { expect, test } from 'vitest'
import { EffectiveSettings, failoverSettings, knownSettings } from '../../src/index.js'

function settings(values: Readonly<Record<string, string>>): EffectiveSettings {
  const entries = Object.entries(values).map(
    ([name, text]) => [name, { text, source: 'file', origin: 'test' }] as const,
  )
  return new EffectiveSettings(new Map(entries), new Map(knownSettings()))
}

test('failover storages come in the order of their names', () => {
  const all = failoverSettings(settings({ WALG_FAILOVER_STORAGES: '{"b":{},"a":{}}' }))

  expect([...all.keys()]).toEqual(['a', 'b'])
})

test('names without WALG_ are inherited, those with it are not', () => {
  const all = failoverSettings(
    settings({
      WALG_FAILOVER_STORAGES: '{"b":{"walg_file_prefix":"/b"}}',
      WALG_S3_PREFIX: 's3://main',
      AWS_REGION: 'north',
    }),
  )

  const b = all.get('b')
  expect(b?.text('WALG_FILE_PREFIX')).toBe('/b')
  expect(b?.text('AWS_REGION')).toBe('north')
  expect(b?.text('WALG_S3_PREFIX')).toBeUndefined()
})

test.each(['{', '[]', '{"a":1}', '{"default":{}}'])('%s is refused', (text) => {
  expect(() => failoverSettings(settings({ WALG_FAILOVER_STORAGES: text }))).toThrow(
    expect.objectContaining({ code: 'E_SETTING_INVALID' }),
  )
})

test('without the setting there is none', () => {
  expect(failoverSettings(settings({})).size).toBe(0)
})
