// Opens a storage plugin of this checkout, as it was built, with settings from the environment.
import { createRequire } from 'node:module'
import { openStorage, systemClock } from '@walg/core'
import { pluginContext } from '@walg/testkit'

const require = createRequire(import.meta.url)
const log = { debug() {}, info() {}, warn: console.error, error: console.error }

/** `name` is the folder below plugins/. */
export async function openPlugin(name) {
  const module = require(new URL(`../../plugins/${name}/dist/storage.cjs`, import.meta.url).pathname).default
  const named = Object.entries(module.settings).flatMap(([setting, { aliases = [] }]) => [
    setting,
    ...aliases,
  ])
  const given = named
    .filter((setting) => process.env[setting])
    .map((setting) => [setting, process.env[setting]])
  const driver = await module.open(pluginContext(Object.fromEntries(given)))
  return openStorage(driver, { name: 'default', clock: systemClock, log })
}
