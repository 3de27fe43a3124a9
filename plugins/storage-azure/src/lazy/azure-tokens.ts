import { ClientSecretCredential, DefaultAzureCredential } from '@azure/identity'
import type { TokenSource } from '../azure-options.js'

export interface TokenOptions {
  readonly authority: string
  readonly clientId: string | undefined
  readonly tenantId: string | undefined
  readonly clientSecret: string | undefined
}

/** Microsoft's own chain: an application's secret, workload identity, managed identity, the command line. */
export function azureTokens({ authority, clientId, tenantId, clientSecret }: TokenOptions): TokenSource {
  // What stands in a config file is in no environment that the chain could look at.
  if (clientId && tenantId && clientSecret)
    return new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost: authority })
  return new DefaultAzureCredential({
    authorityHost: process.env['AZURE_AUTHORITY_HOST'] ?? authority,
    ...(clientId && { managedIdentityClientId: clientId, workloadIdentityClientId: clientId }),
    ...(tenantId && { tenantId }),
  })
}
