import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageOf, root, textOf } from './repository.js'
import { shellBlocks } from './shell-blocks.js'

describe('the first two sh blocks of README.md', () => {
  const blocks = existsSync(join(root, 'README.md')) ? shellBlocks(textOf('README.md')).slice(0, 2) : []

  test('are there: the quick start, and the tests', () => {
    expect(blocks.map((block) => block.trim() !== '')).toEqual([true, true])
  })

  test('call only scripts that package.json has', () => {
    const scripts = packageOf('.').scripts ?? {}
    const called = blocks.join('\n').matchAll(/\bnpm (?:run(?:-script)? (?:-\S+ )*([\w:-]+)|(test|start)\b)/g)

    const missing = [...called]
      .map(([, script, short]) => script ?? short ?? '')
      .filter((name) => !(name in scripts))

    expect(missing).toEqual([])
  })

  test('call only files that the repository has or builds', () => {
    const files = [...blocks.join('\n').matchAll(/(?:^|\s)(?:node |sh |bash )?(\.?[\w.-]*\/[\w./-]+)/gm)]
    const missing = files
      .map(([, path]) => path ?? '')
      .filter((path) => /^(\.\/|src\/|test\/|\.ci\/)/.test(path) && !existsSync(join(root, path)))

    expect(missing).toEqual([])
  })
})

test('only blocks marked sh count, in the order of the text', () => {
  const text = '# x\n```sh\none\n```\n```js\nno\n```\n```sh\ntwo\nthree\n```\n'

  expect(shellBlocks(text)).toEqual(['one\n', 'two\nthree\n'])
})
