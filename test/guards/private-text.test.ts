import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { privateParts } from './private-text.js'
import { root, trackedFiles } from './repository.js'

// Holds the very strings that must not be elsewhere.
const THIS_FILE = 'test/guards/private-text.test.ts'

test('no tracked text tells where it was written', () => {
  const found = trackedFiles()
    .filter((path) => path !== THIS_FILE && statSync(join(root, path)).isFile())
    .flatMap((path) => {
      const bytes = readFileSync(join(root, path))
      if (bytes.includes(0)) return []
      return privateParts(bytes.toString('utf8')).map(({ line, what }) => `${path}:${line} holds ${what}`)
    })

  expect(found).toEqual([])
})

test.each([
  'see /work/shared/notes.md',
  '"file": "/root/.npmrc"',
  "cd '/home/someone/walg'",
  'log in /tmp/prompts/a.md',
  '"resolved": "https://registry.npmjs.org/x/-/x-1.0.0.tgz"',
  'https://packages.example.com:8443 and http://nexus.example.com/npm',
  'go get from proxy.golang.org',
  'https://name:word@example.com/',
])('%s is found', (text) => {
  expect(privateParts(`first\n${text}`).map(({ line }) => line)).toContain(2)
})

test.each([
  'WALG_FILE_PREFIX=/backup',
  '/var/lib/postgresql/15/main/pg_wal',
  'walg pg restore /tmp/restored --latest',
  'the registry reads plugin.pjson.walg',
  '../work/x and src/work/y',
])('%s is fine', (text) => {
  expect(privateParts(text)).toEqual([])
})
