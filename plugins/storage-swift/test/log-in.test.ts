import { pluginContext } from '@walg/testkit'
import { expect, test } from 'vitest'
import storage from '../src/storage.js'
import { type SeenRequest, startServer } from './fake-swift.js'

type Values = Readonly<Record<string, string>>

/** An identity service of versions 2 and 3 whose storage is itself; gives what it was asked to log in by. */
async function loginOf(settings: Values) {
  const logins: SeenRequest[] = []
  const server = await startServer((request) => {
    const at = (path: string) => `${server.url}/${path}`
    const endpoints = [
      { interface: 'internal', region: 'one', region_id: 'one', url: at('internal-one') },
      { interface: 'public', region: 'one', region_id: 'one', url: at('public-one') },
      { interface: 'public', region: 'two', region_id: 'two', url: at('public-two') },
    ]
    const catalog = [
      { type: 'identity', endpoints: [] },
      { type: 'object-store', name: 'any', endpoints },
    ]
    if (request.url === '/v3/auth/tokens') {
      logins.push(request)
      const body = JSON.stringify({ token: { expires_at: '2099-01-01T00:00:00Z', catalog } })
      return { status: 201, headers: { 'x-subject-token': 'token' }, body }
    }
    if (request.url === '/v2.0/tokens') {
      logins.push(request)
      const old = { region: 'one', publicURL: at('v2-one'), internalURL: at('v2-internal') }
      const serviceCatalog = [{ type: 'object-store', endpoints: [old] }]
      return { status: 200, body: JSON.stringify({ access: { token: { id: 'token' }, serviceCatalog } }) }
    }
    return { status: 200, body: '{}' }
  })
  const url = `${server.url}${settings['OS_AUTH_URL'] ?? '/v3'}`
  const driver = await storage.open(
    pluginContext({ WALG_SWIFT_PREFIX: 'swift://container', ...settings, OS_AUTH_URL: url }),
  )
  await driver.close()
  const used = server.seen.find(({ method }) => method === 'HEAD')?.url
  return { request: JSON.parse(logins[0]!.body), storage: used?.split('/')[1] }
}

const USER = { OS_USERNAME: 'u', OS_PASSWORD: 'p' }

test('version 3 asks for a user of a domain and a project', async () => {
  const { request, storage: used } = await loginOf({
    ...USER,
    OS_USER_DOMAIN_NAME: 'Users',
    OS_PROJECT_NAME: 'backups',
    OS_PROJECT_DOMAIN_ID: 'projects',
  })

  expect(request.auth).toEqual({
    identity: {
      methods: ['password'],
      password: { user: { name: 'u', domain: { name: 'Users' }, password: 'p' } },
    },
    scope: { project: { name: 'backups', domain: { id: 'projects' } } },
  })
  expect(used).toBe('public-one')
})

test('the domain of the project is that of the user, and default when there is none', async () => {
  const { request } = await loginOf({ ...USER, OS_TENANT_NAME: 'backups' })

  expect(request.auth.identity.password.user.domain).toEqual({ id: 'default' })
  expect(request.auth.scope).toEqual({ project: { name: 'backups', domain: { id: 'default' } } })
})

test('ids need no domain', async () => {
  const { request } = await loginOf({ OS_USER_ID: 'uid', OS_PASSWORD: 'p', OS_PROJECT_ID: 'pid' })

  expect(request.auth).toEqual({
    identity: { methods: ['password'], password: { user: { id: 'uid', password: 'p' } } },
    scope: { project: { id: 'pid' } },
  })
})

test('a trust takes the place of a project', async () => {
  const { request } = await loginOf({ ...USER, OS_TRUST_ID: 't', OS_PROJECT_NAME: 'ignored' })

  expect(request.auth.scope).toEqual({ 'OS-TRUST:trust': { id: 't' } })
})

test.each<[Values, object]>([
  [{ OS_APPLICATION_CREDENTIAL_ID: 'id' }, { id: 'id', secret: 's' }],
  [
    { OS_APPLICATION_CREDENTIAL_NAME: 'name', OS_USERNAME: 'u', OS_USER_DOMAIN_ID: 'd' },
    { name: 'name', user: { name: 'u', domain: { id: 'd' } }, secret: 's' },
  ],
])('an application credential needs no password and no project: %j', async (settings, expected) => {
  const { request } = await loginOf({ ...settings, OS_APPLICATION_CREDENTIAL_SECRET: 's' })

  expect(request.auth).toEqual({
    identity: { methods: ['application_credential'], application_credential: expected },
  })
})

test.each<[Values, string]>([
  [{ OS_REGION_NAME: 'two' }, 'public-two'],
  [{ OS_ENDPOINT_TYPE: 'internal' }, 'internal-one'],
  [{ OS_ENDPOINT_TYPE: 'internalURL' }, 'internal-one'],
  [{ GOSWIFT_INTERNAL: 'true' }, 'internal-one'],
])('%j leads to %s', async (settings, expected) => {
  expect((await loginOf({ ...USER, ...settings })).storage).toBe(expected)
})

test('a region that is not offered is named', async () => {
  await expect(loginOf({ ...USER, OS_REGION_NAME: 'nowhere' })).rejects.toMatchObject({
    code: 'E_STORAGE_CONFIG',
    message: expect.stringMatching(/knows no public endpoint of object-store in the region nowhere/),
  })
})

test('version 2 asks for a user and a tenant', async () => {
  const { request, storage: used } = await loginOf({
    ...USER,
    OS_AUTH_URL: '/v2.0',
    OS_TENANT_NAME: 'backups',
  })

  expect(request.auth).toEqual({
    passwordCredentials: { username: 'u', password: 'p' },
    tenantName: 'backups',
  })
  expect(used).toBe('v2-one')
})

test.each([
  ['no prefix', { WALG_SWIFT_PREFIX: undefined }, 'E_STORAGE_CONFIG', 'WALG_SWIFT_PREFIX is not set'],
  ['a prefix of another form', { WALG_SWIFT_PREFIX: 'c/x' }, 'E_STORAGE_CONFIG', 'swift://container/folder'],
  ['no identity service', { OS_AUTH_URL: undefined }, 'E_SETTING_MISSING', 'OS_AUTH_URL is not set'],
  ['an address that is none', { OS_AUTH_URL: 'keystone/v3' }, 'E_STORAGE_CONFIG', 'begins with http://'],
  ['no version', { OS_AUTH_URL: 'http://keystone' }, 'E_STORAGE_CONFIG', 'set ST_AUTH_VERSION'],
  ['no user', { OS_USERNAME: undefined }, 'E_SETTING_MISSING', 'OS_USERNAME is not set'],
  ['no password', { OS_PASSWORD: undefined }, 'E_SETTING_MISSING', 'OS_PASSWORD is not set'],
  [
    'segments beside the objects',
    { SWIFT_SEGMENTS_CONTAINER: 'c' },
    'E_STORAGE_CONFIG',
    'SWIFT_SEGMENTS_CONTAINER is the container of the repository',
  ],
  ['certificates that are not there', { OS_CACERT: '/nowhere' }, 'E_SETTING_INVALID', 'OS_CACERT=/nowhere'],
])('%s is an error at once', async (_what, values, code, why) => {
  const all = { WALG_SWIFT_PREFIX: 'swift://c/x', OS_AUTH_URL: 'http://127.0.0.1:1/v3', ...USER, ...values }
  const settings = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )

  await expect(storage.open(pluginContext(settings))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(why),
  })
})

test('a host that does not exist is named, and not asked again', async () => {
  const opening = storage.open(
    pluginContext({ WALG_SWIFT_PREFIX: 'swift://c', OS_AUTH_URL: 'http://nowhere.invalid:5000/v3', ...USER }),
  )

  await expect(opening).rejects.toMatchObject({
    code: 'E_STORAGE_UNAVAILABLE',
    message: 'unable to log in to nowhere.invalid:5000: no such host',
    retryable: false,
  })
})
