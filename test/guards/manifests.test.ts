import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { root } from './repository.js'

test('the committed oclif manifests are those that the build makes', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/build/manifests.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })

  expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' })
}, 60_000)
