import { type Settings, WalgError } from '@walg/sdk'
import { accountUrl, cloudOf } from './azure-cloud.js'
import type { AzureOptions } from './azure-options.js'
import { parseAzurePrefix } from './azure-prefix.js'
import { azureSettings } from './azure-settings.js'

/** What the settings say, read and checked. */
export async function readOptions(settings: Settings): Promise<AzureOptions> {
  const prefix = settings.get(azureSettings, 'WALG_AZ_PREFIX')
  if (!prefix)
    throw new WalgError('E_STORAGE_CONFIG', 'unable to open the storage: WALG_AZ_PREFIX is not set')
  const account = settings.get(azureSettings, 'AZURE_STORAGE_ACCOUNT')
  if (!account) {
    throw new WalgError(
      'E_SETTING_MISSING',
      `unable to open the storage ${prefix}: AZURE_STORAGE_ACCOUNT is not set`,
    )
  }
  const cloud = cloudOf(settings.get(azureSettings, 'AZURE_ENVIRONMENT_NAME'))
  const suffix = settings.get(azureSettings, 'AZURE_ENDPOINT_SUFFIX') || cloud.suffix
  const url = accountUrl(account, suffix, settings.get(azureSettings, 'AZURE_STORAGE_ENDPOINT') || undefined)
  const apiVersion = settings.get(azureSettings, 'AZURE_BLOB_STORE_API_VERSION')
  return {
    ...parseAzurePrefix(prefix),
    account,
    url,
    credentials: await readCredentials(settings, cloud.authority, url),
    blockBytes: settings.get(azureSettings, 'AZURE_BUFFER_SIZE'),
    concurrency: settings.get(azureSettings, 'AZURE_MAX_BUFFERS'),
    deadlineMs: settings.get(azureSettings, 'AZURE_TRY_TIMEOUT') * 60_000,
    ...(apiVersion && { apiVersion }),
  }
}

async function readCredentials(
  settings: Settings,
  authority: string,
  url: string,
): Promise<AzureOptions['credentials']> {
  const key = settings.get(azureSettings, 'AZURE_STORAGE_ACCESS_KEY')?.reveal()
  if (key) return { kind: 'key', key }
  const sas = settings.get(azureSettings, 'AZURE_STORAGE_SAS_TOKEN')?.reveal()
  if (sas) return { kind: 'sas', sas: sas.replace(/^\?/, '') }
  if (!url.startsWith('https:')) {
    throw new WalgError(
      'E_SETTING_MISSING',
      `unable to open the storage at ${url}: without https only AZURE_STORAGE_ACCESS_KEY or AZURE_STORAGE_SAS_TOKEN will do`,
    )
  }
  const { azureTokens } = await import('./lazy/azure-tokens.js')
  return {
    kind: 'tokens',
    tokens: azureTokens({
      authority,
      clientId: settings.get(azureSettings, 'AZURE_CLIENT_ID') || undefined,
      tenantId: settings.get(azureSettings, 'AZURE_TENANT_ID') || undefined,
      clientSecret: settings.get(azureSettings, 'AZURE_CLIENT_SECRET')?.reveal() || undefined,
    }),
  }
}
