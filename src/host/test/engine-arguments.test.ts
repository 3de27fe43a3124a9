import { expect, test } from 'vitest'
import { engineArguments } from '../engine-arguments.js'

test.each([
  [
    ['backup-push', '/data'],
    ['backup-push', '/data'],
  ],
  [
    ['--config', '/c', 'backup-push', '/data'],
    ['backup-push', '/data', '--config', '/c'],
  ],
  [
    ['--config=/c', 'backup-push', '/data'],
    ['backup-push', '/data', '--config=/c'],
  ],
  [
    ['--turbo', 'backup-push', '/data'],
    ['backup-push', '/data', '--turbo'],
  ],
  [
    ['--walg-file-prefix', '/r', 'backup-list'],
    ['backup-list', '--walg-file-prefix', '/r'],
  ],
  [
    ['--turbo', 'backup-push', '--', '-p'],
    ['backup-push', '--turbo', '--', '-p'],
  ],
  [['--help'], ['--help']],
  [['--config'], ['--config']],
  [[], []],
])('%j becomes %j', (argv, expected) => {
  expect(engineArguments(argv)).toEqual(expected)
})
