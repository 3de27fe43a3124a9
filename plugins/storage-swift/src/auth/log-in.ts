import { WalgError } from '@walg/sdk'
import type { HttpClient, HttpResponse } from '../http/http-client.js'
import { networkError } from '../http/network-error.js'
import type { Credentials, Named } from './credentials.js'

/** What a login gives. */
export interface Access {
  readonly url: string
  readonly token: string
  /** Milliseconds since 1970. */
  readonly expiresAt?: number
}

interface Endpoint {
  readonly interface?: string
  readonly region?: string
  readonly region_id?: string
  readonly url?: string
}

/** Gets a token and the address of the storage. Rejects with a WalgError that says why not. */
export async function logIn(
  http: HttpClient,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Access> {
  const { host } = new URL(credentials.url)
  try {
    if (credentials.version === 1) return await logInV1(http, credentials, signal)
    return credentials.version === 2
      ? await logInV2(http, credentials, signal)
      : await logInV3(http, credentials, signal)
  } catch (error) {
    throw networkError('log in to', host, error)
  }
}

async function logInV1(http: HttpClient, credentials: Credentials, signal: AbortSignal): Promise<Access> {
  const { url, user, password } = credentials
  const headers = { 'x-auth-user': user.name ?? '', 'x-auth-key': password?.reveal() ?? '' }
  const response = await http.send({ method: 'GET', url, headers, signal })
  await requireLogin(credentials, response)
  const storage = headerOf(response, 'x-storage-url')
  const token = headerOf(response, 'x-auth-token') ?? headerOf(response, 'x-storage-token')
  const seconds = Number(headerOf(response, 'x-auth-token-expires'))
  if (storage === undefined || token === undefined) throw noIdentity(credentials)
  return { url: storage, token, ...(seconds > 0 && { expiresAt: Date.now() + seconds * 1000 }) }
}

async function logInV2(http: HttpClient, credentials: Credentials, signal: AbortSignal): Promise<Access> {
  const { user, password, project, region } = credentials
  const request = {
    auth: {
      passwordCredentials: { username: user.name, password: password?.reveal() },
      ...(project.id !== undefined ? { tenantId: project.id } : { tenantName: project.name }),
    },
  }
  const { access } = await post<V2Answer>(http, credentials, 'tokens', request, signal)
  const endpoints = access?.serviceCatalog?.find(({ type }) => type === 'object-store')?.endpoints ?? []
  const found = endpoints.find((one) => region === undefined || one.region === region)
  const token = access?.token?.id
  if (token === undefined) throw noIdentity(credentials)
  const url = found?.[`${credentials.endpointType}URL`]
  if (url === undefined) throw noStorage(credentials)
  return { url, token, ...expiry(access?.token?.expires) }
}

interface V2Answer {
  readonly access?: {
    readonly token?: { readonly id?: string; readonly expires?: string }
    readonly serviceCatalog?: readonly {
      readonly type?: string
      readonly endpoints?: readonly Readonly<Record<string, string>>[]
    }[]
  }
}

async function logInV3(http: HttpClient, credentials: Credentials, signal: AbortSignal): Promise<Access> {
  let header: string | undefined
  const request = { auth: { identity: identityOf(credentials), ...scopeOf(credentials) } }
  const { token } = await post<V3Answer>(http, credentials, 'auth/tokens', request, signal, (response) => {
    header = headerOf(response, 'x-subject-token')
  })
  if (header === undefined) throw noIdentity(credentials)
  const endpoints = token?.catalog?.find(({ type }) => type === 'object-store')?.endpoints ?? []
  const { region, endpointType } = credentials
  const found = endpoints.find(
    (one) =>
      one.interface === endpointType &&
      (region === undefined || one.region_id === region || one.region === region),
  )
  if (found?.url === undefined) throw noStorage(credentials)
  return { url: found.url, token: header, ...expiry(token?.expires_at) }
}

interface V3Answer {
  readonly token?: {
    readonly expires_at?: string
    readonly catalog?: readonly { readonly type?: string; readonly endpoints?: readonly Endpoint[] }[]
  }
}

function identityOf({ application, user, userDomain, password }: Credentials) {
  if (application) {
    const { id, name, secret } = application
    const named = id === undefined ? { name, user: userOf(user, userDomain) } : { id }
    return {
      methods: ['application_credential'],
      application_credential: { ...named, secret: secret.reveal() },
    }
  }
  return {
    methods: ['password'],
    password: { user: { ...userOf(user, userDomain), password: password?.reveal() } },
  }
}

function userOf(user: Named, domain: Named) {
  return user.id === undefined ? { name: user.name, domain: domainOf(domain) } : { id: user.id }
}

function domainOf(domain: Named) {
  if (domain.name !== undefined) return { name: domain.name }
  return { id: domain.id ?? 'default' }
}

function scopeOf({ application, trustId, project, projectDomain, userDomain }: Credentials) {
  // An application credential has its project in it.
  if (application) return {}
  if (trustId !== undefined) return { scope: { 'OS-TRUST:trust': { id: trustId } } }
  if (project.id !== undefined) return { scope: { project: { id: project.id } } }
  if (project.name === undefined) return {}
  const isNamed = projectDomain.name !== undefined || projectDomain.id !== undefined
  return {
    scope: { project: { name: project.name, domain: domainOf(isNamed ? projectDomain : userDomain) } },
  }
}

async function post<T>(
  http: HttpClient,
  credentials: Credentials,
  path: string,
  request: object,
  signal: AbortSignal,
  look: (response: HttpResponse) => void = () => undefined,
): Promise<T> {
  const response = await http.send({
    method: 'POST',
    url: `${credentials.url.replace(/\/+$/, '')}/${path}`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: [Buffer.from(JSON.stringify(request))],
    signal,
  })
  const text = await requireLogin(credentials, response)
  look(response)
  try {
    return JSON.parse(text) as T
  } catch {
    throw noIdentity(credentials)
  }
}

async function requireLogin(credentials: Credentials, response: HttpResponse): Promise<string> {
  const text = await response.text()
  const { status } = response
  if (status >= 200 && status < 300) return text
  const { host } = new URL(credentials.url)
  const fail = (code: string, why: string, retryable = false) =>
    new WalgError(code, `unable to log in to ${host}: ${why}`, { retryable, details: { host, status } })
  if (status === 401 || status === 403)
    throw fail('E_STORAGE_PERMISSION', `it refuses ${shownUser(credentials)} (${status})`)
  if (status === 429 || status >= 500)
    throw fail('E_STORAGE_UNAVAILABLE', `the identity service answers ${status}`, true)
  if (status === 400)
    throw fail('E_STORAGE_CONFIG', `it does not understand the credentials: ${reason(text)}`)
  throw fail('E_STORAGE_CONFIG', `OS_AUTH_URL=${credentials.url} is no identity service (${status})`)
}

function reason(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } }
    if (error?.message) return error.message.replace(/\s+/g, ' ')
  } catch {
    // Not of Keystone.
  }
  return 'bad request'
}

function shownUser({ application, user, project }: Credentials): string {
  if (application) return `the application credential ${application.id ?? application.name}`
  const where = project.name ?? project.id
  return `the user ${user.name ?? user.id}${where === undefined ? '' : ` for the project ${where}`}`
}

function noIdentity({ url }: Credentials): WalgError {
  return new WalgError('E_STORAGE_CONFIG', `unable to log in: OS_AUTH_URL=${url} is no identity service`)
}

function noStorage({ url, region, endpointType, project }: Credentials): WalgError {
  const where = region === undefined ? '' : ` in the region ${region}`
  const hint = project.name === undefined && project.id === undefined ? '; OS_PROJECT_NAME is not set' : ''
  const why = `unable to find the storage: ${new URL(url).host} knows no ${endpointType} endpoint of object-store${where}${hint}`
  return new WalgError('E_STORAGE_CONFIG', why)
}

function headerOf(response: HttpResponse, name: string): string | undefined {
  const value = response.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function expiry(text: string | undefined): { readonly expiresAt?: number } {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? {} : { expiresAt: at }
}
