import { expect, test } from 'vitest'
import { packageFolders, packageOf } from './repository.js'

const folders = packageFolders()
const host = packageOf('.')

test('the workspaces hold the host, the libraries and the plugins', () => {
  expect(folders).toEqual(
    expect.arrayContaining(['.', 'src/sdk', 'src/core', 'src/testkit', 'plugins/storage-fs']),
  )
})

test.each(folders)('%s has the version, the licence and the Node range of all', (folder) => {
  const { version, license, engines } = packageOf(folder)

  expect({ version, license, engines }).toEqual({
    version: host.version,
    license: 'Apache-2.0',
    engines: host.engines,
  })
})

test.each(folders)('%s asks for our packages in the version of all', (folder) => {
  const { dependencies, optionalDependencies, peerDependencies, devDependencies } = packageOf(folder)
  const wanted = { ...dependencies, ...optionalDependencies, ...peerDependencies, ...devDependencies }

  const wrong = Object.entries(wanted)
    .filter(([name]) => name.startsWith('@walg/') || name === 'walg')
    .filter(([, range]) => range !== host.version && range !== `^${host.version}`)

  expect(wrong).toEqual([])
})
