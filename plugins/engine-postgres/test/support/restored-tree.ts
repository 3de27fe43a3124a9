import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'walg-fetch-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Everything below a folder: `dir 700`, `file 600 content`, `link target`, by path; the folder itself is `.`. */
export function treeOf(folder: string): Record<string, string> {
  const tree: Record<string, string> = {}
  const visit = (path: string, name: string) => {
    const status = lstatSync(path)
    const mode = (status.mode & 0o777).toString(8)
    if (status.isSymbolicLink()) tree[name] = `link ${readlinkSync(path)}`
    else if (status.isDirectory()) {
      tree[name] = `dir ${mode}`
      for (const entry of readdirSync(path)) {
        visit(join(path, entry), name === '.' ? entry : `${name}/${entry}`)
      }
    } else tree[name] = `file ${mode} ${readFileSync(path, 'latin1')}`
  }
  if (existsSync(folder)) visit(folder, '.')
  return tree
}
