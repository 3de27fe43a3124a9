import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What package.json of a folder says; nothing when it cannot be read: the checks tell that. */
export function packageJsonOf(dir: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')))
  } catch {
    return {}
  }
}
