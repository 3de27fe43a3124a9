import {
  fromInstanceMetadata,
  fromNodeProviderChain,
  fromTemporaryCredentials,
  fromTokenFile,
} from '@aws-sdk/credential-providers'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { type Credentials, credentialFiles } from '../credential-files.js'
import { type CredentialSettings, isAwsHost, type S3Config } from '../s3-config.js'
import { proxyAgents } from './proxy.js'
import { keepSdkQuiet } from './sdk/quiet-sdk.js'

const TIMEOUT_MS = 10_000

export interface ChainOptions {
  readonly settings: CredentialSettings
  /** Keys of the settings, with which a role is assumed. */
  readonly given: Credentials | undefined
  readonly config: S3Config
  readonly region: string
}

/** What the AWS SDK does to get credentials: profiles, roles, web identity, containers, and the metadata of the machine. */
export function credentialChain(o: ChainOptions): () => Promise<Credentials> {
  keepSdkQuiet()
  const { settings } = o
  const { roleArn, tokenFile } = settings
  const session = settings.roleSessionName ?? `walg-${process.pid}`
  const clientConfig = stsConfig(o)
  if (settings.isYandex) return fromInstanceMetadata({ timeout: TIMEOUT_MS, maxRetries: 2 })
  if (tokenFile !== undefined && roleArn !== undefined && !o.given) {
    return fromTokenFile({
      webIdentityTokenFile: tokenFile,
      roleArn,
      roleSessionName: session,
      clientConfig,
    })
  }
  const base = o.given ? async () => o.given! : chainOfFilesAndMachine(settings, clientConfig)
  if (roleArn === undefined) return base
  return fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: session },
    masterCredentials: base,
    clientConfig,
  })
}

function chainOfFilesAndMachine(
  settings: CredentialSettings,
  clientConfig: ReturnType<typeof stsConfig>,
): () => Promise<Credentials> {
  const files = credentialFiles(settings)
  return fromNodeProviderChain({
    // Naming the default profile would turn off what counts more than it.
    ...(settings.profile !== undefined && { profile: settings.profile }),
    filepath: files.sharedFile,
    configFilepath: files.configFile,
    ignoreCache: true,
    timeout: TIMEOUT_MS,
    maxRetries: 1,
    clientConfig,
  })
}

/** Services that are not AWS's have their own STS, at the same address. */
function stsConfig({ config, region }: ChainOptions) {
  const agents = proxyAgents(config.ca)
  const endpoint = config.endpoint
  const isOwn = endpoint !== undefined && !isAwsHost(endpoint.hostname)
  const isNamed = process.env['AWS_ENDPOINT_URL_STS'] || process.env['AWS_ENDPOINT_URL']
  return {
    region,
    ...(isOwn && !isNamed && { endpoint: endpoint.href }),
    requestHandler: new NodeHttpHandler({
      connectionTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      ...(agents?.http && { httpAgent: agents.http }),
      httpsAgent: agents?.https ?? { keepAlive: false, ...(config.ca !== undefined && { ca: config.ca }) },
    }),
  }
}
