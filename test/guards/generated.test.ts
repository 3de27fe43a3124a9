import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { root } from './repository.js'

test.each([
  ['oclif manifests', 'manifests.mjs'],
  ['pages of settings, errors and the SDK', 'reference.mjs'],
  ['report of the contract of plugins', 'api-report.mjs'],
])(
  'the committed %s are those that the build makes',
  (_what, script) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`src/build/${script}`, '--check'], {
      cwd: root,
      encoding: 'utf8',
    })

    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' })
  },
  60_000,
)
