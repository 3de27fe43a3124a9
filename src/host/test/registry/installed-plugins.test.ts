import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { corePlugins, installedPlugins } from '../../registry/installed-plugins.js'

const walg = { apiVersion: 1, contributes: {} }

function write(path: string, content: unknown): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, JSON.stringify(content))
}

describe('plugins that a user installed', () => {
  let folder: string

  beforeEach(() => {
    folder = temporaryFolder()
    const before = process.env['WALG_DATA_DIR']
    process.env['WALG_DATA_DIR'] = folder
    onTestFinished(() => {
      if (before === undefined) delete process.env['WALG_DATA_DIR']
      else process.env['WALG_DATA_DIR'] = before
    })
  })

  const generation = (number = 1) => join(folder, 'generations', String(number))
  const list = (plugins: readonly unknown[]) => {
    write(join(generation(), 'package.json'), { oclif: { plugins } })
    symlinkSync('generations/1', join(folder, 'current'))
  }
  const problems = () => installedPlugins().map(({ name, problem }) => [name, problem?.code])

  test('are none where none was installed', () => {
    expect(installedPlugins()).toEqual([])
  })

  test('are read from the list that oclif keeps in the current generation', () => {
    list([{ name: 'walg-storage-tape', type: 'user' }])
    const root = join(generation(), 'node_modules/walg-storage-tape')
    write(join(root, 'package.json'), { name: 'walg-storage-tape', version: '2.0.0', walg })

    expect(installedPlugins()).toEqual([
      { name: 'walg-storage-tape', version: '2.0.0', root, origin: 'user', manifest: walg, oclif: {} },
    ])
  })

  test('are found where they were linked from', () => {
    const root = temporaryFolder()
    list([{ name: 'mine', type: 'link', root }])
    write(join(root, 'package.json'), { name: 'mine', version: '0.0.0', walg })

    expect(installedPlugins().map(({ root: at, origin }) => [at, origin])).toEqual([[root, 'link']])
  })

  test.each([
    ['is gone', undefined],
    ['has no walg section', { name: 'other', version: '1.0.0' }],
    [
      'has commands of oclif and no manifest of them',
      { name: 'other', version: '1.0.0', walg, oclif: { commands: './dist' } },
    ],
  ])('are refused by name when the package %s', (_what, packageJson) => {
    list([{ name: 'other', type: 'user' }])
    if (packageJson) write(join(generation(), 'node_modules/other/package.json'), packageJson)

    expect(problems()).toEqual([['other', 'E_PLUGIN_INVALID']])
  })

  test.each([
    '.',
    'generations',
    'generations/1',
    'generations/1/node_modules',
    'generations/1/node_modules/tape',
  ])('are refused when others can write to %s', (part) => {
    list([{ name: 'tape', type: 'user' }])
    write(join(generation(), 'node_modules/tape/package.json'), { name: 'tape', version: '1.0.0', walg })
    chmodSync(join(folder, part), 0o777)

    const [plugin] = installedPlugins()

    expect(plugin?.problem).toMatchObject({
      code: 'E_PLUGIN_UNSAFE',
      message: expect.stringContaining(`chmod go-w ${join(folder, part)}`),
    })
  })

  test('are one refused entry when their list is damaged', () => {
    list([{ name: 'tape', type: 'user' }])
    writeFileSync(join(generation(), 'package.json'), '{"oclif":')

    expect(problems()).toEqual([[`the list of plugins in ${folder}`, 'E_PLUGIN_INVALID']])
  })

  test('are one refused entry when the link leads nowhere sensible', () => {
    symlinkSync('/etc', join(folder, 'current'))

    expect(problems()).toEqual([[`the list of plugins in ${folder}`, 'E_PLUGIN_INVALID']])
  })
})

test('the plugins that ship with walg are those of its package.json, found upwards', () => {
  const root = temporaryFolder()
  write(join(root, 'node_modules/walg/package.json'), {
    oclif: { plugins: ['@oclif/plugin-help', '@walg/a'] },
  })
  write(join(root, 'node_modules/@walg/a/package.json'), { name: '@walg/a', version: '1.0.0', walg })
  write(join(root, 'node_modules/@oclif/plugin-help/package.json'), {
    name: '@oclif/plugin-help',
    version: '6.0.0',
  })

  expect(corePlugins(join(root, 'node_modules/walg')).map(({ name, origin }) => [name, origin])).toEqual([
    ['@walg/a', 'core'],
  ])
})
