import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts, type Service, startService } from './services.js'

/** A Swift cluster, and what it takes to log in. */
export interface SwiftServer {
  readonly service: Service
  /** Of Keystone, when that is who knows the users. */
  readonly identity: Service | undefined
  /** Without the prefix. */
  readonly settings: Readonly<Record<string, string>>
  /** A new empty container. */
  container(): Promise<string>
  /** As any client of the project would: `/container/name`. */
  request(method: string, path: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

/** Swift with its own users (version 1 of authentication), or with those of Keystone (version 3). */
export async function startSwift(users: 'own' | 'keystone'): Promise<SwiftServer> {
  const port = await freePorts(5)
  const identity =
    users === 'keystone' ? await startService('keystone', { SWIFT_PORT: String(port) }) : undefined
  const service = await startService('swift', identity ? { KEYSTONE: `${identity.url}/v3` } : {}, [], port)
  const settings = identity
    ? {
        OS_AUTH_URL: `${identity.url}/v3`,
        OS_USERNAME: 'tester',
        OS_PASSWORD: 'testing',
        OS_PROJECT_NAME: 'test',
        OS_USER_DOMAIN_NAME: 'Default',
        OS_PROJECT_DOMAIN_NAME: 'Default',
        OS_REGION_NAME: 'RegionOne',
      }
    : { OS_AUTH_URL: `${service.url}/auth/v1.0`, ST_USER: 'test:tester', ST_KEY: 'testing' }
  let count = 0
  const request = async (method: string, path: string, init: RequestInit = {}) => {
    const { url, token } = await logIn(identity, service)
    return await fetch(url + path, { ...init, method, headers: { ...init.headers, 'x-auth-token': token } })
  }
  return {
    service,
    request,
    identity,
    settings,
    async container() {
      const name = `container-${++count}`
      // The proxy answers before the servers behind it do.
      for (let left = 100; left > 0; left--) {
        const made = await request('PUT', `/${name}`)
        const object = await request('PUT', `/${name}/probe`, { body: '' })
        const gone = await request('DELETE', `/${name}/probe`)
        if (made.ok && object.ok && gone.ok) return name
        await sleep(100)
      }
      throw new Error(`unable to make a container on ${service.url}`)
    },
    async stop() {
      await service.stop()
      await identity?.stop()
    },
  }
}

async function logIn(identity: Service | undefined, service: Service) {
  if (!identity) {
    const headers = { 'x-auth-user': 'test:tester', 'x-auth-key': 'testing' }
    const answer = await fetch(`${service.url}/auth/v1.0`, { headers })
    return { url: answer.headers.get('x-storage-url')!, token: answer.headers.get('x-auth-token')! }
  }
  const domain = { id: 'default' }
  const user = { name: 'tester', password: 'testing', domain }
  const auth = {
    identity: { methods: ['password'], password: { user } },
    scope: { project: { name: 'test', domain } },
  }
  const answer = await fetch(`${identity.url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
  })
  const { token } = (await answer.json()) as { token: { project: { id: string } } }
  return {
    url: `${service.url}/v1/AUTH_${token.project.id}`,
    token: answer.headers.get('x-subject-token')!,
  }
}
