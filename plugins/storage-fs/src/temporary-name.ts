const TEMPORARY = /\.tmp\.\d{8}T\d{6}Z-[0-9a-f]{16}$/

/** A name beside the object for what is still being written; WAL-G's form, so that either program hides it. */
export function temporaryName(path: string): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  return `${path}.tmp.${time}-${randomHex()}${randomHex()}`
}

/** The name by which one of those who want to replace this version of an object claims it; hidden as what is being written is. */
export async function claimName(path: string, etag: string): Promise<string> {
  // Takes 9 ms to load, and wal-push and wal-fetch never need it.
  const { createHash } = await import('node:crypto')
  const digest = createHash('sha256').update(etag).digest('hex')
  return `${path}.tmp.00000000T000000Z-${digest.slice(0, 16)}`
}

/** Eight digits. Names need not be secret, only rarely the same: files are made exclusively. */
function randomHex(): string {
  return Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name)
}
