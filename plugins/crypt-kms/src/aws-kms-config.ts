import { readFileSync } from 'node:fs'
import { type Settings, WalgError } from '@walg/sdk'
import { awsSettings } from './aws-settings.js'

export interface AwsKmsConfig {
  readonly keyId: string
  /** Undefined: what the files of the AWS tools say. */
  readonly region: string | undefined
  readonly endpoint: string | undefined
  /** Undefined: what files, roles and the machine give. */
  readonly credentials:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined
  readonly profile: string | undefined
  readonly credentialsFile: string | undefined
  readonly configFile: string | undefined
  /** Certificates in PEM. */
  readonly ca: string | undefined
}

export function awsKmsConfig(settings: Settings): AwsKmsConfig {
  const text = (name: keyof typeof awsSettings) => settings.get(awsSettings, name)?.toString() || undefined
  const keyId = text('WALG_CSE_KMS_ID')
  if (keyId === undefined)
    throw new WalgError('E_SETTING_MISSING', 'unable to encrypt with AWS KMS: WALG_CSE_KMS_ID is not set')
  return {
    keyId,
    region: text('WALG_CSE_KMS_REGION') ?? text('AWS_REGION'),
    endpoint: text('AWS_ENDPOINT_URL_KMS'),
    credentials: givenCredentials(settings),
    profile: text('AWS_PROFILE'),
    credentialsFile: text('AWS_SHARED_CREDENTIALS_FILE'),
    configFile: text('AWS_CONFIG_FILE'),
    ca: certificates(text('AWS_CA_BUNDLE')),
  }
}

function givenCredentials(settings: Settings): AwsKmsConfig['credentials'] {
  const accessKeyId = settings.get(awsSettings, 'AWS_ACCESS_KEY_ID')?.reveal()
  const secretAccessKey = settings.get(awsSettings, 'AWS_SECRET_ACCESS_KEY')?.reveal()
  if (!accessKeyId || !secretAccessKey) return undefined
  const sessionToken = settings.get(awsSettings, 'AWS_SESSION_TOKEN')?.reveal()
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}

function certificates(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to read the certificates of AWS_CA_BUNDLE: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}
