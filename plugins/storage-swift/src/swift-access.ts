import { readFile } from 'node:fs/promises'
import { type Secret, type Settings, WalgError } from '@walg/sdk'
import type { Credentials, Named, SwiftAccess } from './auth/credentials.js'
import { swiftSettings } from './settings.js'
import { parsePrefix } from './swift-prefix.js'

/** Reads the settings. Rejects where something is missing or contradicts itself. */
export async function accessOf(settings: Settings): Promise<SwiftAccess> {
  const prefix = settings.get(swiftSettings, 'WALG_SWIFT_PREFIX')
  if (prefix === undefined) throw config('WALG_SWIFT_PREFIX is not set')
  const { container, folder } = parsePrefix(prefix)
  const segmentsContainer = settings.get(swiftSettings, 'SWIFT_SEGMENTS_CONTAINER') || `${container}_segments`
  if (segmentsContainer === container)
    throw config('SWIFT_SEGMENTS_CONTAINER is the container of the repository, which would list the segments')
  const storageUrl = urlOf('OS_STORAGE_URL', settings.get(swiftSettings, 'OS_STORAGE_URL'))
  const token = given(settings.get(swiftSettings, 'OS_AUTH_TOKEN'))
  const credentials = credentialsOf(settings, storageUrl !== undefined && token !== undefined)
  const retries = settings.get(swiftSettings, 'GOSWIFT_RETRIES')
  const ca = await certificates(settings.get(swiftSettings, 'OS_CACERT'))
  return {
    container,
    folder,
    segmentsContainer,
    connectMs: settings.get(swiftSettings, 'GOSWIFT_CONNECT_TIMEOUT'),
    idleMs: settings.get(swiftSettings, 'GOSWIFT_TIMEOUT'),
    userAgent: settings.get(swiftSettings, 'GOSWIFT_USER_AGENT'),
    segmentBytes: settings.get(swiftSettings, 'SWIFT_SEGMENT_SIZE'),
    segmentConcurrency: settings.get(swiftSettings, 'SWIFT_SEGMENT_CONCURRENCY'),
    ...(retries !== undefined && { attempts: retries + 1 }),
    ...(credentials && { credentials }),
    ...(storageUrl !== undefined && { storageUrl }),
    ...(token && { token }),
    ...(ca !== undefined && { ca }),
  }
}

function credentialsOf(settings: Settings, hasToken: boolean): Credentials | undefined {
  const text = (name: TextName) => settings.get(swiftSettings, name) || undefined
  const url = urlOf('OS_AUTH_URL', text('OS_AUTH_URL'))
  if (url === undefined) {
    if (hasToken) return undefined
    throw missing('OS_AUTH_URL is not set')
  }
  const version = versionOf(url, text('ST_AUTH_VERSION'))
  const user = named(text('OS_USERNAME') ?? text('ST_USER'), text('OS_USER_ID'))
  const password =
    given(settings.get(swiftSettings, 'OS_PASSWORD')) ?? given(settings.get(swiftSettings, 'ST_KEY'))
  const secret = given(settings.get(swiftSettings, 'OS_APPLICATION_CREDENTIAL_SECRET'))
  const application = named(text('OS_APPLICATION_CREDENTIAL_NAME'), text('OS_APPLICATION_CREDENTIAL_ID'))
  const isApplication = version === 3 && secret !== undefined && Object.keys(application).length > 0
  if (!isApplication) {
    if (user.name === undefined && user.id === undefined) throw missing('OS_USERNAME is not set')
    if (!password) throw missing('OS_PASSWORD is not set')
  }
  const region = text('OS_REGION_NAME')
  const trustId = text('OS_TRUST_ID')
  return {
    version,
    url,
    user,
    userDomain: named(text('OS_USER_DOMAIN_NAME'), text('OS_USER_DOMAIN_ID')),
    project: named(text('OS_TENANT_NAME') ?? text('OS_PROJECT_NAME'), text('OS_TENANT_ID')),
    projectDomain: named(text('OS_PROJECT_DOMAIN_NAME'), text('OS_PROJECT_DOMAIN_ID')),
    endpointType: endpointType(settings),
    ...(password && { password }),
    ...(isApplication && secret && { application: { ...application, secret } }),
    ...(region !== undefined && { region }),
    ...(trustId !== undefined && { trustId }),
  }
}

type TextName = {
  [N in keyof typeof swiftSettings]: (typeof swiftSettings)[N] extends { readonly secret: true }
    ? never
    : (typeof swiftSettings)[N]['kind'] extends 'string' | 'enum'
      ? N
      : never
}[keyof typeof swiftSettings]

function versionOf(url: string, wanted: string | undefined): 1 | 2 | 3 {
  const found = wanted ?? ['v3', 'v2', 'v1'].find((part) => url.includes(part))?.slice(1)
  const version = Number.parseInt(found ?? '', 10)
  if (version === 1 || version === 2 || version === 3) return version
  throw config(
    `OS_AUTH_URL=${url} does not tell the version of authentication (v1, v2, v3); set ST_AUTH_VERSION`,
  )
}

function endpointType(settings: Settings): Credentials['endpointType'] {
  if (settings.get(swiftSettings, 'GOSWIFT_INTERNAL')) return 'internal'
  return settings.get(swiftSettings, 'OS_ENDPOINT_TYPE').replace(/URL$/, '') as Credentials['endpointType']
}

function urlOf(name: string, text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^https?:\/\/./i.test(text) && URL.canParse(text)) return text
  throw config(`${name}=${text} is no address that begins with http:// or https://`)
}

async function certificates(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const why = `unable to read the certificates OS_CACERT=${path}: ${(error as Error).message}`
    throw new WalgError('E_SETTING_INVALID', why, { cause: error })
  }
}

function named(name: string | undefined, id: string | undefined): Named {
  return { ...(name !== undefined && { name }), ...(id !== undefined && { id }) }
}

/** An empty text gives nothing. */
function given(secret: Secret | undefined): Secret | undefined {
  return secret?.reveal() ? secret : undefined
}

function config(why: string): WalgError {
  return new WalgError('E_STORAGE_CONFIG', `unable to open the Swift storage: ${why}`)
}

function missing(why: string): WalgError {
  return new WalgError('E_SETTING_MISSING', `unable to open the Swift storage: ${why}`)
}
