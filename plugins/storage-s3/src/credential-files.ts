import { homedir } from 'node:os'
import { join } from 'node:path'
import type { CredentialSettings } from './s3-config.js'

/** What requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** When they stop to be valid; absent for those that nobody renews. */
  readonly expiration?: Date
}

/** Where the AWS tools keep keys. */
export interface CredentialFiles {
  readonly profile: string
  readonly sharedFile: string
  readonly configFile: string
}

export function credentialFiles({ profile, sharedFile, configFile }: CredentialSettings): CredentialFiles {
  return {
    profile: profile ?? 'default',
    sharedFile: sharedFile ?? join(homedir(), '.aws', 'credentials'),
    configFile: configFile ?? join(homedir(), '.aws', 'config'),
  }
}
