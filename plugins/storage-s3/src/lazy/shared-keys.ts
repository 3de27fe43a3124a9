import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader'
import type { CredentialFiles, Credentials } from '../credential-files.js'

/** Entries of a profile that only the AWS SDK can follow. */
const FOLLOWED = [
  'role_arn',
  'source_profile',
  'credential_process',
  'sso_session',
  'sso_start_url',
  'login_session',
]

/** The keys that a profile holds itself; undefined when it holds none, or names another place. */
export async function sharedKeys(files: CredentialFiles): Promise<Credentials | undefined> {
  const { credentialsFile, configFile } = await loadSharedConfigFiles({
    filepath: files.sharedFile,
    configFilepath: files.configFile,
    ignoreCache: true,
  })
  const profile = { ...configFile[files.profile], ...credentialsFile[files.profile] }
  if (FOLLOWED.some((name) => profile[name] !== undefined)) return undefined
  const { aws_access_key_id, aws_secret_access_key, aws_session_token } = profile
  if (!aws_access_key_id || !aws_secret_access_key) return undefined
  return {
    accessKeyId: aws_access_key_id,
    secretAccessKey: aws_secret_access_key,
    ...(aws_session_token !== undefined && { sessionToken: aws_session_token }),
  }
}
