import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type PluginTemplates, pluginFiles } from '../../plugins/create/plugin-files.js'
import { PLUGIN_KINDS, pluginNames } from '../../plugins/create/plugin-names.js'

const folder = fileURLToPath(new URL('../../plugins/create/templates', import.meta.url))
const versions = { walg: '1.2.3', esbuild: '^0.1.0', typescript: '~5.0.0', nodeTypes: '^20.0.0' }

function filesBelow(kind: string): Readonly<Record<string, string>> {
  const entries = readdirSync(join(folder, kind), { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    paths.map((path) => [path.slice(join(folder, kind).length + 1), readFileSync(path, 'utf8')]),
  )
}

const templates = Object.fromEntries(
  PLUGIN_KINDS.map((kind) => [kind, { typescript: filesBelow(kind), javascript: {} }]),
) as unknown as PluginTemplates

test.each(PLUGIN_KINDS)('every name in a new %s is its own', (kind) => {
  const names = pluginNames('@example/walg-thing-of-mine')
  const files = pluginFiles({ kind, language: 'typescript', names, apiVersion: 1, versions }, templates)

  const text = [...files].map(([path, content]) => `${path}\n${content}`).join('\n')
  expect(text).not.toMatch(/sample/i)
  expect(text).toContain('thing-of-mine')
  const { walg } = JSON.parse(files.get('package.json') ?? '')
  const used = new Set(text.match(/WALG_THING_OF_MINE_\w+/g))
  expect(walg.settings ?? []).toEqual([...used])
})

test('what a new package is built with has the versions of the running walg', () => {
  const names = pluginNames('walg-storage-tape')
  const made = (language: 'typescript' | 'javascript') =>
    JSON.parse(
      pluginFiles({ kind: 'storage', language, names, apiVersion: 1, versions }, templates).get(
        'package.json',
      ) ?? '',
    )

  expect(made('typescript')).toMatchObject({
    name: 'walg-storage-tape',
    oclif: {},
    walg: {
      apiVersion: 1,
      contributes: {
        storages: [
          {
            id: 'tape',
            schemes: ['tape'],
            prefixSettings: ['WALG_TAPE_PREFIX'],
            module: './dist/storage.cjs',
          },
        ],
      },
      settings: ['WALG_TAPE_PREFIX'],
    },
    devDependencies: {
      '@types/node': '^20.0.0',
      '@walg/sdk': '^1.2.3',
      '@walg/testkit': '^1.2.3',
      esbuild: '^0.1.0',
      typescript: '~5.0.0',
    },
  })
  expect(made('typescript').dependencies).toBeUndefined()
  expect(Object.keys(made('javascript').devDependencies)).toEqual(['@walg/sdk', '@walg/testkit', 'esbuild'])
})
