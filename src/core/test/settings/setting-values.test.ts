import { Secret, type SettingSpec } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
import { parseSetting } from '../../src/settings/setting-values.js'

const parse = (spec: Partial<SettingSpec>, text: string) =>
  parseSetting('WALG_X', { kind: 'string', doc: '', ...spec }, text, 'the environment')

const MiB = 1024 * 1024

describe('is read', () => {
  test.each([
    ['bool', '1', true],
    ['bool', 'T', true],
    ['bool', 'False', false],
    ['bool', '0', false],
    ['int', '42', 42],
    ['int', '-7', -7],
    ['float', '0.5', 0.5],
    ['bytes', '1024', 1024],
    ['bytes', '20MiB', 20 * MiB],
    ['bytes', '1 gb', 1024 * MiB],
    ['bytes', '3KB', 3072],
    ['bytes', '7b', 7],
    ['duration', '0', 0],
    ['duration', '300ms', 300],
    ['duration', '1h30m', 5_400_000],
    ['duration', '1.5s', 1500],
    ['duration', '250us', 0.25],
    ['list', 'a, b,c', ['a', 'b', 'c']],
    ['json', '{"a":[1]}', { a: [1] }],
    ['json', 'null', null],
    ['string', 'text\r\n', 'text'],
    ['path', '/a b', '/a b'],
  ] as const)('%s %j', (kind, text, value) => {
    expect(parse({ kind }, text)).toEqual(value)
  })

  test('an enum by its values', () => {
    expect(parse({ kind: 'enum', values: ['a', 'b'] }, 'b')).toBe('b')
  })

  test('a secret as a Secret', () => {
    expect(parse({ secret: true }, 'x')).toBeInstanceOf(Secret)
  })
})

describe('is refused', () => {
  test.each([
    [{ kind: 'bool' }, 'yes'],
    [{ kind: 'bool' }, ''],
    [{ kind: 'int' }, '1.5'],
    [{ kind: 'int' }, '20GB'],
    [{ kind: 'int' }, '9007199254740993'],
    [{ kind: 'int', min: 1 }, '0'],
    [{ kind: 'float' }, 'many'],
    [{ kind: 'float' }, ' '],
    [{ kind: 'bytes' }, '-1'],
    [{ kind: 'bytes' }, '1TB'],
    [{ kind: 'bytes' }, '1.5MB'],
    [{ kind: 'duration' }, '5'],
    [{ kind: 'duration' }, '5 s'],
    [{ kind: 'duration' }, '1d'],
    [{ kind: 'enum', values: ['a'] }, 'A'],
    [{ kind: 'json' }, '{'],
  ] as const)('%j %j', (spec, text) => {
    expect(() => parse(spec, text)).toThrow(expect.objectContaining({ code: 'E_SETTING_INVALID' }))
  })

  test('without showing a secret', () => {
    expect(() => parse({ kind: 'int', secret: true }, 'tiger-lily')).toThrow(/^(?!.*tiger)/)
  })
})
