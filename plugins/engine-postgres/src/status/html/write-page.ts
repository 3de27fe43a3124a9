import { rename, rm, writeFile } from 'node:fs/promises'
import { WalgError } from '@walg/sdk'

/** Writes a page so that whoever looks at it sees the old one or the new one whole. Rejects with `E_OUTPUT`. */
export async function writePage(path: string, page: string): Promise<void> {
  const part = `${path}.${process.pid}.tmp`
  try {
    await writeFile(part, page)
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    throw new WalgError('E_OUTPUT', `unable to write ${path}: ${(error as Error).message}`, {
      details: { path },
      cause: error,
    })
  }
}
