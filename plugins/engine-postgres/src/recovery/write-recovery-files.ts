import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type RecoveryPlan, recoveryFiles } from './recovery-settings.js'

/** Owner only: a restore_command may name what others need not know. */
const MODE = 0o600

/** Puts recovery settings and signal file into a restored data directory; each file is whole or not there. */
export async function writeRecoveryFiles(directory: string, plan: RecoveryPlan): Promise<void> {
  const autoConf = await textIfThere(join(directory, 'postgresql.auto.conf'))
  for (const { name, text } of recoveryFiles(plan, autoConf)) {
    const path = join(directory, name)
    const part = `${path}.walg-part`
    const file = await open(part, 'w', MODE)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  }
}

async function textIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
