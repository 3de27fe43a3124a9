/** What differs between Microsoft's clouds. */
export interface AzureCloud {
  /** End of host names. */
  readonly suffix: string
  /** Where tokens come from. */
  readonly authority: string
}

const PUBLIC: AzureCloud = { suffix: 'core.windows.net', authority: 'https://login.microsoftonline.com' }

const CLOUDS: Readonly<Record<string, AzureCloud>> = {
  azurepubliccloud: PUBLIC,
  azureusgovernmentcloud: {
    suffix: 'core.usgovcloudapi.net',
    authority: 'https://login.microsoftonline.us',
  },
  azurechinacloud: { suffix: 'core.chinacloudapi.cn', authority: 'https://login.chinacloudapi.cn' },
  azuregermancloud: { suffix: 'core.cloudapi.de', authority: 'https://login.microsoftonline.de' },
}

/** As WAL-G: an unknown name is the public cloud. */
export const cloudOf = (name: string): AzureCloud => CLOUDS[name.toLowerCase()] ?? PUBLIC

/** Address of the account, without `/` at its end. */
export function accountUrl(account: string, suffix: string, endpoint: string | undefined): string {
  return (endpoint ?? `https://${account}.blob.${suffix}`).replace(/\/+$/, '')
}
