import assert from 'node:assert/strict'
import type { ListOptions } from '@walg/sdk'
import type { StorageEnv } from './storage-env.js'

/** All pages of a list, and how many there were. */
export async function listAll(
  { driver, signal }: StorageEnv,
  prefix: string,
  o: Omit<ListOptions, 'signal'> = {},
) {
  const keys: string[] = []
  const folders: string[] = []
  let pages = 0
  let cursor: string | undefined
  do {
    const page = await driver.list(prefix, { signal, ...o, ...(cursor !== undefined && { cursor }) })
    keys.push(...page.objects.map(({ key }) => key))
    folders.push(...page.folders)
    cursor = page.nextCursor
    assert.ok(++pages <= 1000, 'the pages of a list do not end')
  } while (cursor !== undefined)
  return { keys, folders, pages }
}

export const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
