import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ERROR_CATALOGUE, exitCodeOf, remedyOf } from '@walg/core'
import { WalgError } from '@walg/sdk'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist', 'test'].includes(entry.name) ? [] : sources(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

test('every code that is thrown anywhere is in the catalogue', () => {
  const used = new Set(
    [...sources('src'), ...sources('plugins')].flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/'(E_[A-Z_]+)'/g)].map(([, code]) => code!),
    ),
  )
  // Only the reason of an abort: the exit code is that of the signal.
  used.delete('E_INTERRUPTED')

  expect([...used].filter((code) => !(code in ERROR_CATALOGUE))).toEqual([])
})

test('exit codes are those of the architecture', () => {
  const allowed = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 74]

  for (const { exit, meaning, remedy } of Object.values(ERROR_CATALOGUE)) {
    expect(allowed).toContain(exit)
    expect([meaning, remedy].every((text) => /^[A-Z].*\.$/.test(text) || /^[a-z]/.test(text))).toBe(true)
  }
})

test.each([
  [new WalgError('E_USAGE', ''), 2],
  [new WalgError('E_WAL_ABSENT', ''), 74],
  [new WalgError('E_NOT_IN_THE_CATALOGUE', ''), 1],
  [new Error('anything'), 1],
  ['a text', 1],
  [undefined, 1],
])('%s ends with %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code)
})

test('a known error has a remedy, others have none', () => {
  expect(remedyOf(new WalgError('E_STORAGE_FULL', ''))).toMatch(/room/)
  expect(remedyOf(new Error())).toBeUndefined()
})
