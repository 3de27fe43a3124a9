import { describe, expect, test } from 'vitest'
import { glob, matcherOf } from '../../src/storage-tools/glob.js'
import { openMemoryStorage } from '../storage/open-memory-storage.js'

const signal = new AbortController().signal

describe('one segment of a pattern', () => {
  test.each([
    ['*', 'anything.txt', true],
    ['*', '', true],
    ['*.txt', 'a.txt', true],
    ['*.txt', 'a.txt.lz4', false],
    ['?.txt', 'ä.txt', true],
    ['?.txt', '.txt', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[^a-c]x', 'dx', true],
    ['[^a-c]x', 'ax', false],
    ['[\\]]', ']', true],
    ['[\\-a]', '-', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a.c', 'abc', false],
    ['(a|b)+$^', '(a|b)+$^', true],
    ['**', 'ab', true],
  ])('%s on %s: %s', (pattern, name, matches) => {
    expect(matcherOf(pattern)(name)).toBe(matches)
  })

  test.each(['[', '[a', '[]', '[]a]', '[a-]', '[-a]', '[a-', '\\', '[^]'])('%s is none', (pattern) => {
    expect(() => matcherOf(pattern)).toThrow('syntax error in pattern')
  })
})

test('segments are matched one by one; the last one finds objects and folders', async () => {
  const { storage, driver } = openMemoryStorage()
  for (const key of ['a.txt', 'dir/b.txt', 'dir/sub/c.txt', 'dirx/sub/d.txt', 'dirx/sub.txt/e'])
    await driver.put(key, [], { signal })
  const found = (pattern: string) => glob(storage, pattern, { signal })

  expect(await found('*')).toEqual({ objects: ['a.txt'], folders: ['dir', 'dirx'] })
  expect(await found('dir*/sub*')).toEqual({ objects: [], folders: ['dir/sub', 'dirx/sub.txt', 'dirx/sub'] })
  expect(await found('/*/*.txt/')).toEqual({ objects: ['dir/b.txt'], folders: ['dirx/sub.txt'] })
  expect(await found('/')).toEqual({ objects: [], folders: [''] })
  expect(await found('x*/y')).toEqual({ objects: [], folders: [] })
})
