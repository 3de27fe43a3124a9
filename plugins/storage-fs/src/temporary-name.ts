import { randomBytes } from 'node:crypto'

const TEMPORARY = /\.tmp\.\d{8}T\d{6}Z-[0-9a-f]{16}$/

/** A name beside the object for what is still being written; WAL-G's form, so that either program hides it. */
export function temporaryName(path: string): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  return `${path}.tmp.${time}-${randomBytes(8).toString('hex')}`
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name)
}
