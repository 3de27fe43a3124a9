import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { writePackage } from '../../plugins/create/write-package.js'

const files = new Map([
  ['package.json', '{}'],
  ['src/deep/x.ts', 'x'],
])
const below = (folder: string) => readdirSync(folder, { recursive: true }).sort()

test('files are written into a new folder, and into one that is empty', () => {
  const home = temporaryFolder()
  mkdirSync(join(home, 'empty'))

  writePackage(join(home, 'new/folder'), files)
  writePackage(join(home, 'empty'), files)

  for (const folder of ['new/folder', 'empty']) {
    expect(below(join(home, folder))).toEqual(['package.json', 'src', 'src/deep', 'src/deep/x.ts'])
    expect(readFileSync(join(home, folder, 'src/deep/x.ts'), 'utf8')).toBe('x')
  }
  expect(readdirSync(home).sort()).toEqual(['empty', 'new'])
})

test('a folder that holds something, and a file, are refused and stay as they are', () => {
  const home = temporaryFolder()
  mkdirSync(join(home, 'full'))
  writeFileSync(join(home, 'full/mine'), '')
  writeFileSync(join(home, 'file'), '')

  for (const folder of ['full', 'file', 'file/below']) {
    expect(() => writePackage(join(home, folder), files)).toThrow(
      expect.objectContaining({ code: 'E_ARGUMENT_INVALID' }),
    )
  }

  expect(below(home)).toEqual(['file', 'full', 'full/mine'])
})

test('a failure half way leaves nothing behind, not even folders on the way', () => {
  const home = temporaryFolder()
  const impossible = new Map([...files, ['package.json/inside', '']])

  expect(() => writePackage(join(home, 'new/folder'), impossible)).toThrow(/unable to create a plugin/)

  expect(below(home)).toEqual([])
})
