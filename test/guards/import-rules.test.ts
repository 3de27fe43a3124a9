import { describe, expect, test } from 'vitest'
import { violationsOf } from './import-rules.js'
import { importsOf } from './imports-of.js'
import { packageFolders, packageOf, sourceFiles, textOf } from './repository.js'

function declaredBy(folder: string): ReadonlySet<string> {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = packageOf(folder)
  // Storage, codec and crypt plugins carry libraries in their bundles; the packed packages are tested, so nothing is left out.
  const bundled = /^plugins\/(storage|codec|crypt)-/.test(folder) ? devDependencies : {}
  return new Set(Object.keys({ ...bundled, ...dependencies, ...optionalDependencies, ...peerDependencies }))
}

/** The host lives in `src/host`, its package.json at the top. */
function packageFolderOf(path: string): string {
  return packageFolders().find((folder) => path.startsWith(`${folder}/`)) ?? '.'
}

test('every source imports only what its room may import', () => {
  const declared = new Map<string, ReadonlySet<string>>()
  const sources = sourceFiles()

  const violations = sources.flatMap((path) => {
    const folder = packageFolderOf(path)
    const names = declared.get(folder) ?? declaredBy(folder)
    declared.set(folder, names)
    return violationsOf(path, importsOf(path, textOf(path)), names)
  })

  expect(sources.length).toBeGreaterThan(20)
  expect(
    violations.map(({ path, line, specifier, rule }) => `${path}:${line} imports '${specifier}': ${rule}`),
  ).toEqual([])
})

const everything = new Set([
  '@walg/sdk',
  '@walg/core',
  '@walg/testkit',
  '@oclif/core',
  'pg',
  '@aws-sdk/client-s3',
  'lz4-napi',
  'ini',
])
const violationsIn = (path: string, text: string) => violationsOf(path, importsOf(path, text), everything)

describe('an import that is not allowed is found', () => {
  const cases: readonly (readonly [why: string, path: string, text: string])[] = [
    ['sdk imports a library', 'src/sdk/src/x.ts', "import 'ini'"],
    ['sdk imports a built-in module', 'src/sdk/src/x.ts', "import { join } from 'node:path'"],
    ['core imports oclif', 'src/core/src/x.ts', "import { Command } from '@oclif/core'"],
    ['core reaches into its cli', 'src/core/src/log/x.ts', "import { a } from '../cli/index.js'"],
    ['the testkit imports the cli', 'src/testkit/src/x.ts', "import { a } from '@walg/core/cli'"],
    ['the host imports a plugin', 'src/host/x.ts', "await import('@walg/storage-fs')"],
    [
      'the host imports a plugin by path',
      'src/host/x.ts',
      "import x from '../../plugins/storage-fs/src/storage.js'",
    ],
    ['the host imports a library', 'src/host/x.ts', "import x from 'ini'"],
    ['the host imports the testkit', 'src/host/x.ts', "await import('@walg/testkit')"],
    ['the host bundles its plugin tools', 'src/host/x/y.ts', "import { x } from '../plugin-tools.js'"],
    ['a storage imports core', 'plugins/storage-a/src/x.ts', "import { x } from '@walg/core'"],
    ['a storage knows a database', 'plugins/storage-a/src/x.ts', "const x = () => import('pg')"],
    [
      'a codec imports a storage SDK',
      'plugins/codec-a/src/x.ts',
      "const x = () => import('@aws-sdk/client-s3')",
    ],
    ['a plugin imports another', 'plugins/engine-a/src/x.ts', "export * from '@walg/codec-lz4'"],
    [
      'an engine imports a storage SDK',
      'plugins/engine-a/src/x.ts',
      "const x = () => require('@aws-sdk/client-s3')",
    ],
    [
      'an operation imports the cli',
      'plugins/engine-a/src/operations/x.ts',
      "import { x } from '@walg/core/cli'",
    ],
    [
      'an operation imports a command',
      'plugins/engine-a/src/operations/x.ts',
      "import x from '../commands/x.js'",
    ],
    ['a driver is loaded at start', 'plugins/engine-a/src/x.ts', "import { Client } from 'pg'"],
    ['a driver is loaded at start by import()', 'plugins/engine-a/src/x.ts', "const pg = await import('pg')"],
    [
      'a type comes from a forbidden place',
      'plugins/storage-a/src/x.ts',
      "import type { X } from '@walg/core'",
    ],
    ['a type is named by import()', 'plugins/storage-a/src/x.ts', "type X = import('@walg/core').X"],
    ['a library is not declared', 'plugins/codec-a/src/x.ts', "import x from 'left-out'"],
    ['a built-in module lacks node:', 'plugins/codec-a/src/x.ts', "import fs from 'fs'"],
    ['the folder has no rule', 'src/annex/x.ts', ''],
  ]
  test.each(cases)('%s', (_why, path, text) => {
    expect(violationsIn(path, text)).toHaveLength(1)
  })
})

describe('an import that is allowed is not found', () => {
  const cases: readonly (readonly [why: string, path: string, text: string])[] = [
    ['a file of the same package', 'src/sdk/src/x.ts', "import { y } from './y.js'"],
    [
      'core imports sdk and a library',
      'src/core/src/x.ts',
      "import { y } from '@walg/sdk'; import ini from 'ini'",
    ],
    ["core's cli imports oclif", 'src/core/src/cli/x.ts', "import { Command } from '@oclif/core'"],
    ['the host imports oclif', 'src/host/x.ts', "import { run } from '@oclif/core'"],
    ['plugin tools are the testkit', 'src/host/plugin-tools.ts', "export { x } from '@walg/testkit'"],
    [
      'the host uses the types of its plugin tools',
      'src/host/x/y.ts',
      "import type { X } from '../plugin-tools.js'",
    ],
    ['a codec imports its library', 'plugins/codec-a/src/x.ts', "import { compress } from 'lz4-napi'"],
    [
      'an engine imports its driver late',
      'plugins/engine-a/src/x.ts',
      "const f = async () => await import('pg')",
    ],
    ["an engine uses its driver's types", 'plugins/engine-a/src/x.ts', "import type { Client } from 'pg'"],
    ['a command imports the cli', 'plugins/engine-a/src/commands/x.ts', "import { x } from '@walg/core/cli'"],
    ['a tool of the build imports anything', 'src/build/x.ts', "import x from 'left-out'"],
  ]
  test.each(cases)('%s', (_why, path, text) => {
    expect(violationsIn(path, text)).toEqual([])
  })
})
