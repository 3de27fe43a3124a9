import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ownFolder = fileURLToPath(new URL('./fixtures', import.meta.url))

/**
 * A set of fixtures: the checked-in copy, or another one below WALGTEST_FIXTURES, which may hold more. Undefined when it has
 * no such set.
 */
export function fixtureSet(name: string): string | undefined {
  const folder = join(
    process.env['WALGTEST_FIXTURES'] ? resolve(process.env['WALGTEST_FIXTURES']) : ownFolder,
    name,
  )
  return existsSync(folder) ? folder : undefined
}
