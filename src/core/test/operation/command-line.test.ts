import { parseCommandLine } from '@walg/core'
import type { ArgSpec, FlagSpec } from '@walg/sdk'
import { describe, expect, test } from 'vitest'

const flags: FlagSpec = {
  permanent: { kind: 'bool', char: 'p', summary: '' },
  full: { kind: 'bool', char: 'f', summary: '' },
  'user-data': { kind: 'string', char: 'u', summary: '', setting: 'WALG_SENTINEL_USER_DATA' },
  count: { kind: 'int', char: 'c', summary: '' },
  only: { kind: 'strings', summary: '' },
  action: { kind: 'string', values: ['pause', 'promote'], summary: '' },
}
const args: ArgSpec = [
  { name: 'name', summary: '', required: true },
  { name: 'place', summary: '', required: false },
]

const parse = (...argv: string[]) => parseCommandLine({ id: 'command', args, flags }, argv)

describe('flags', () => {
  test.each([
    [['x', '--permanent'], { permanent: true }],
    [['x', '--permanent=false'], { permanent: false }],
    [['x', '-p'], { permanent: true }],
    [['x', '-p=f'], { permanent: false }],
    [['x', '-pf'], { permanent: true, full: true }],
    [['x', '--user-data', '{"a":1}'], { 'user-data': '{"a":1}' }],
    [['x', '--user-data={"a":"=b"}'], { 'user-data': '{"a":"=b"}' }],
    [['x', '-u', 'v'], { 'user-data': 'v' }],
    [['x', '-uv'], { 'user-data': 'v' }],
    [['x', '-u=v'], { 'user-data': 'v' }],
    [['x', '-pu', 'v'], { permanent: true, 'user-data': 'v' }],
    [['x', '--user-data', '--permanent'], { 'user-data': '--permanent' }],
    [['x', '--count', '-3'], { count: -3 }],
    [['x', '--only', 'a,b', '--only', 'c'], { only: ['a', 'b', 'c'] }],
    [['--full', 'x'], { full: true }],
    [['x', '--action', 'pause'], { action: 'pause' }],
  ])('%j', (argv, expected) => {
    expect(parse(...argv).input.flags).toEqual(expected)
  })

  test('before, between and after arguments are the same', () => {
    for (const argv of [
      ['-p', 'a', 'b'],
      ['a', '-p', 'b'],
      ['a', 'b', '-p'],
    ]) {
      const { input } = parse(...argv)
      expect(input).toEqual({ args: { name: 'a', place: 'b' }, flags: { permanent: true } })
    }
  })

  test('end at --', () => {
    expect(parse('--', '-p').input).toEqual({ args: { name: '-p', place: undefined }, flags: {} })
  })

  test('a single - is an argument', () => {
    expect(parse('-').input.args).toEqual({ name: '-', place: undefined })
  })

  test('that stand for a setting set it', () => {
    expect(parse('x', '-u', 'v').settings).toEqual({ WALG_SENTINEL_USER_DATA: 'v' })
  })

  test('of every setting set it', () => {
    const { settings } = parse('x', '--walg-file-prefix', '/a', '--pghost=h', '--aws-region', 'r')

    expect(settings).toEqual({ WALG_FILE_PREFIX: '/a', PGHOST: 'h', AWS_REGION: 'r' })
  })

  test('that every command takes are told apart', () => {
    const { configPath, isTurbo, isJson } = parse('x', '--config', '/c.yaml', '--turbo', '--json')

    expect({ configPath, isTurbo, isJson }).toEqual({ configPath: '/c.yaml', isTurbo: true, isJson: true })
  })
})

describe('a usage error, in the words that scripts know', () => {
  test.each([
    [['x', '--nonsense'], 'unknown flag: --nonsense'],
    [['x', '--Walg-File-Prefix', '/a'], 'unknown flag: --Walg-File-Prefix'],
    [['x', '-z'], "unknown shorthand flag: 'z' in -z"],
    [['x', '-pz'], "unknown shorthand flag: 'z' in -z"],
    [['x', '--user-data'], 'flag needs an argument: --user-data'],
    [['x', '-u'], "flag needs an argument: 'u' in -u"],
    [['x', '--permanent=maybe'], 'invalid argument "maybe" for "--permanent" flag'],
    [['x', '--count', 'few'], 'invalid argument "few" for "--count" flag'],
    [['x', '--action', 'jump'], 'invalid argument "jump" for "--action" flag: must be one of pause, promote'],
    [[], 'accepts between 1 and 2 arg(s), received 0'],
    [['a', 'b', 'c'], 'accepts between 1 and 2 arg(s), received 3'],
  ])('%j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(
      expect.objectContaining({ code: 'E_USAGE', message: expect.stringContaining(message) }),
    )
  })

  test('about the number of arguments', () => {
    const required = [{ name: 'a', summary: '', required: true }]
    const optional = [{ name: 'a', summary: '', required: false }]
    const countError = (spec: ArgSpec, ...argv: string[]) => {
      try {
        parseCommandLine({ id: 'c', args: spec, flags: {} }, argv)
      } catch (error) {
        return (error as Error).message
      }
      return undefined
    }

    expect(countError(required)).toBe('accepts 1 arg(s), received 0')
    expect(countError(optional, 'x', 'y')).toBe('accepts at most 1 arg(s), received 2')
    expect(countError([], 'x')).toBe('unknown command "x" for "wal-g c"')
  })
})
