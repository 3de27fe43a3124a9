import { describe, expect, test } from 'vitest'
import { pluginNames } from '../../plugins/create/plugin-names.js'

describe('the name of a package gives all other names', () => {
  test.each([
    ['walg-storage-tape', 'walg-storage-tape', 'tape', 'TAPE'],
    ['@example/walg-engine-duck-db', 'walg-engine-duck-db', 'duck-db', 'DUCK_DB'],
    ['@walg/codec-x2', 'codec-x2', 'x2', 'X2'],
    ['walg-crypt-vault', 'walg-crypt-vault', 'vault', 'VAULT'],
    ['squeeze.io', 'squeeze.io', 'squeeze-io', 'SQUEEZE_IO'],
  ])('%s', (packageName, folder, id, settingPart) => {
    expect(pluginNames(packageName)).toEqual({ packageName, folder, id, settingPart })
  })
})

test.each(['', 'Tape', '../tape', '.tape', '_tape', 'a b', '@scope', '@/x', 'node_modules', 'x'.repeat(215)])(
  "'%s' is no name for npm",
  (name) => {
    expect(() => pluginNames(name)).toThrow(
      expect.objectContaining({
        code: 'E_ARGUMENT_INVALID',
        message: expect.stringMatching(/npm takes names/),
      }),
    )
  },
)

test.each(['walg-storage-', 'walg-storage-7zip', 'walg-codec-a--b'])('%s gives no id', (name) => {
  expect(() => pluginNames(name)).toThrow(
    expect.objectContaining({ code: 'E_ARGUMENT_INVALID', message: expect.stringMatching(/is no id/) }),
  )
})
