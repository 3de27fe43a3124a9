import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'
import { relativeLinks } from './links-of.js'
import { textOf, trackedFiles } from './repository.js'

test('every link of a document leads to a file of the repository', () => {
  const tracked = new Set(trackedFiles())
  const leadsSomewhere = (path: string) =>
    tracked.has(path) || [...tracked].some((file) => file.startsWith(path.replace(/\/?$/, '/')))
  const documents = [...tracked].filter((path) => path.endsWith('.md') && !/\/(fixtures|compat)\//.test(path))

  const broken = documents.flatMap((path) =>
    relativeLinks(textOf(path))
      .filter(({ target }) => !leadsSomewhere(join(dirname(path), target)))
      .map(({ target, line }) => `${path}:${line} links to ${target}`),
  )

  expect(documents).toContain('docs/README.md')
  expect(broken).toEqual([])
})

test('links are found outside code only, without their anchors', () => {
  const text = '[a](b.md#c) `[d](e.md)`\n```\n[f](g.md)\n```\n[h](https://example.com) [i](#j)\n[k](../l/)'

  expect(relativeLinks(text)).toEqual([
    { target: 'b.md', line: 1 },
    { target: '../l/', line: 6 },
  ])
})
