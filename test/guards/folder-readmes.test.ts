import { describe, expect, test } from 'vitest'
import { purposeOf } from './purpose-of.js'
import { textOf, trackedFiles } from './repository.js'

const tracked = new Set(trackedFiles())
const folders = [...tracked]
  .flatMap((path) => /^(docs|(src|plugins|test)\/[^/]+)\//.exec(path)?.[1] ?? [])
  .concat('test')
const rooms = [...new Set(folders)].sort()

test.each(rooms)('%s/README.md says in one line what the folder is for', (folder) => {
  const path = `${folder}/README.md`

  expect(tracked).toContain(path)
  expect(purposeOf(textOf(path))).toMatch(/^\S.{10,158}[.:]$/)
})

describe('the purpose of a README', () => {
  test('is its first paragraph when that is one line', () => {
    expect(purposeOf('# name\n\nHolds what is here.\n\nMore.\n')).toBe('Holds what is here.')
  })

  test('is missing when the first paragraph has two lines', () => {
    expect(purposeOf('# name\n\nHolds what\nis here.\n')).toBeUndefined()
  })

  test('is missing when code, a list or another heading comes first', () => {
    for (const first of ['```sh', '- one', '## two', '| a | b |'])
      expect(purposeOf(`# name\n\n${first}\n`)).toBeUndefined()
  })
})
