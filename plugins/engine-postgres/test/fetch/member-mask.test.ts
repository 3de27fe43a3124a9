import { describe, expect, test } from 'vitest'
import { compileMask } from '../../src/fetch/member-mask.js'

describe('a mask', () => {
  test.each([
    ['global/pg_*', 'global/pg_control', true],
    ['global/*', 'global/x/y', false],
    ['*', 'base/1', false],
    ['*', 'PG_VERSION', true],
    ['base/?/1259', 'base/1/1259', true],
    ['base/?/1259', 'base/16/1259', false],
    ['base?1', 'base/1', false],
    ['base/[0-9]', 'base/5', true],
    ['base/[^0-9]', 'base/5', false],
    ['base/[15]', 'base/5', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['[\\]]', ']', true],
    ['a.c', 'abc', false],
    ['(a|b)+', 'a', false],
    ['/base/*', 'base/1', true],
    ['base', 'base/1', false],
  ])('%j on %j: %j', (mask, path, expected) => {
    expect(compileMask(mask)(path)).toBe(expected)
  })

  test.each(['[', '[]', '[a', '[a-]', '[-a]', '[b-a]', '[^]', 'a\\', '[\\'])('%j is malformed', (mask) => {
    expect(() => compileMask(mask)).toThrow(/unable to use the mask/)
  })
})
