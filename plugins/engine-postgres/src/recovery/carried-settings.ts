import { isAbsolute, resolve } from 'node:path'
import { knownSettings } from '@walg/core'
import type { OperationContext, OperationInput } from '@walg/sdk'

/** Settings that lead to the repository and read it; libpq's and those of the shell do not. */
const OF_REPOSITORY = /^(WALG|WALE|AWS|S3|GCS|GOOGLE|STORAGE|AZURE|OSS|OS|SSH|SWIFT|ST|GPG|YC)_/
/** Given by `--config`; decided by the command that runs; a map that may hold passwords. */
const NOT_CARRIED = new Set(['WALG_CONFIG_PATH', 'WALG_TARGET_STORAGE'])
const MAY_HOLD_SECRETS = new Set(['WALG_FAILOVER_STORAGES'])

/** What restore_command needs to reach the repository that this run has reached. */
export interface CarriedSettings {
  readonly configPath: string | undefined
  /** No secrets: what is written here can be read in the configuration and in lists of processes. */
  readonly environment: Readonly<Record<string, string>>
  /** Secrets that the environment of the server must hold. */
  readonly neededSecrets: readonly string[]
}

export function carriedSettings(ctx: OperationContext, input: OperationInput): CarriedSettings {
  const config = input.flags['config'] ?? ctx.settings.text('WALG_CONFIG_PATH')
  const environment: Record<string, string> = {}
  const neededSecrets: string[] = []
  for (const { name, text, source, isSecret } of ctx.settings.given()) {
    if (source === 'file' || !OF_REPOSITORY.test(name) || NOT_CARRIED.has(name)) continue
    if (isSecret || MAY_HOLD_SECRETS.has(name)) neededSecrets.push(name)
    else environment[name] = independentOfFolder(name, text)
  }
  return {
    configPath: typeof config === 'string' && config !== '' ? resolve(config) : undefined,
    environment,
    neededSecrets: neededSecrets.sort(),
  }
}

/** PostgreSQL runs the command in the data directory. */
function independentOfFolder(name: string, text: string): string {
  const isPath = knownSettings().get(name)?.kind === 'path' && !text.includes('://')
  return isPath && text !== '' && !isAbsolute(text) ? resolve(text) : text
}
