import { expect, test } from 'vitest'
import { memberPath, safeMemberPath } from '../../src/fetch/member-path.js'

test.each([
  ['/', ''],
  ['./', ''],
  ['.', ''],
  ['/base/5/1259', 'base/5/1259'],
  ['base/5/1259', 'base/5/1259'],
  ['./base/5/', 'base/5'],
  ['//global', 'global'],
  ['.hidden', '.hidden'],
  ['..odd', '..odd'],
])('%j is %j in the data directory', (name, path) => {
  expect(memberPath(name)).toBe(path)
  expect(safeMemberPath(name)).toBe(path)
})

test.each(['..', '../x', '/../x', 'base/../../x', 'base/..', './../x', 'a//b', 'a/./b', 'a\0b'])(
  '%j is refused',
  (name) => {
    expect(() => safeMemberPath(name)).toThrow(/leads out of the destination/)
  },
)
