import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { contributionOf } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
import { runWalg } from '../support/run-walg.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { linkDependencies } from './new-plugin.js'

/** Output of an npm command; throws with all that it said when it fails. */
function npm(folder: string, ...args: readonly string[]): string {
  try {
    return execFileSync('npm', [...args, '--offline'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
    throw new Error(`npm ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
  }
}

const KINDS = { storage: 'storage', codec: 'compressor', crypter: 'crypter', engine: 'engine' } as const
const cases = Object.keys(KINDS).flatMap((kind) =>
  ['typescript', 'javascript'].map((language) => [kind as keyof typeof KINDS, language] as const),
)

describe('walg plugins create', () => {
  test.each(cases)(
    'writes a package (%s, %s) that compiles, passes its kit, packs and loads',
    async (kind, language) => {
      const cwd = temporaryFolder()
      const name = `@example/walg-${kind}-tape-robot`

      const created = await runWalg(['plugins', 'create', name, '--kind', kind, '--language', language], {
        cwd,
      })

      expect(created).toMatchObject({ code: 0, stderr: '' })
      const folder = join(cwd, `walg-${kind}-tape-robot`)
      linkDependencies(folder)
      if (language === 'typescript') npm(folder, 'run', 'types')
      const tests = npm(folder, 'test')
      expect(Number(/^# pass (\d+)$/m.exec(tests)?.[1])).toBeGreaterThan(3)
      expect(tests).toMatch(/^# fail 0$/m)
      // Packing builds.
      const [packed] = JSON.parse(npm(folder, 'pack', '--json'))
      expect(packed.files.map((file: { readonly path: string }) => file.path).sort()).toEqual([
        'README.md',
        `dist/${kind}.cjs`,
        'package.json',
      ])
      expect(contributionOf(loadPacked(join(folder, packed.filename), kind))).toEqual({
        kind: KINDS[kind],
        apiVersion: 1,
        id: 'tape-robot',
      })
    },
  )

  /** The module as a machine would load it that has nothing but the packed file. */
  function loadPacked(file: string, module: string): unknown {
    const folder = temporaryFolder()
    execFileSync('tar', ['-xzf', file, '-C', folder])
    const path = join(folder, 'package/dist', `${module}.cjs`)
    return createRequire(path)(path).default
  }

  test('refuses a folder that holds something, and leaves it as it was', async () => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, 'walg-codec-x'))
    writeFileSync(join(cwd, 'walg-codec-x', 'mine'), '')

    const { code, stderr } = await runWalg(['plugins', 'create', 'walg-codec-x', '--kind', 'codec'], { cwd })

    expect(code).toBe(2)
    expect(stderr).toMatch(/unable to create a plugin in walg-codec-x: it is not empty/)
    expect(readdirSync(cwd, { recursive: true })).toEqual(['walg-codec-x', 'walg-codec-x/mine'])
  })

  test.each([
    [['walg-codec-x', '--kind', 'cache'], /--kind/],
    [['walg-codec-x'], /Missing required flag kind/],
    [['Walg-Codec', '--kind', 'codec'], /unable to create 'Walg-Codec': npm takes names of lower case/],
    [['walg-storage-9', '--kind', 'storage'], /unable to create 'walg-storage-9': '9' is no id/],
  ])('says in one line what is wrong with %j', async (args, message) => {
    const cwd = temporaryFolder()

    const { code, stderr } = await runWalg(['plugins', 'create', ...args], { cwd })

    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(readdirSync(cwd)).toEqual([])
  })
})
