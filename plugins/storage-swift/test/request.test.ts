import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const UNMAINTAINED = /(^|\/)node_modules\/(request|request-promise|request-promise-core)$/

test.each(['request', 'request-promise'])('openstack-swift-client gets our %s', (name) => {
  const here = createRequire(import.meta.url)
  const client = createRequire(here.resolve('openstack-swift-client'))

  expect(realpathSync(client.resolve(name))).toBe(`${root}plugins/storage-swift/${name}/index.js`)
})

test('no package of this repository is the unmaintained request', () => {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, { link?: boolean }>
  }

  const found = Object.entries(packages).filter(([path, { link }]) => UNMAINTAINED.test(path) && !link)

  expect(found).toEqual([])
})
