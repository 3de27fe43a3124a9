import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server between the driver and fake-gcs-server that does what the latter leaves out. */
export interface ConditionsServer {
  readonly url: string
  stop(): Promise<void>
}

/** fake-gcs-server ignores conditions of compose and delete calls. The real service does not. */
export async function startConditions(upstream: string): Promise<ConditionsServer> {
  let turn: Promise<unknown> = Promise.resolve()
  const server = createServer((call, answer) => {
    const url = new URL(call.url ?? '/', upstream)
    const isWatched = call.method === 'DELETE' || url.pathname.endsWith('/compose')
    // One at a time, so that what was looked at still holds when the call is passed on.
    if (isWatched) turn = turn.then(() => conditional(call, url, answer)).catch(() => call.destroy())
    else forward(call, url, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function conditional(call: IncomingMessage, url: URL, answer: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of call) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (await isMet(url, body)) return await forwarded(call, url, answer, body)
  answer.writeHead(412, { 'content-type': 'application/json' })
  const message = 'At least one of the pre-conditions you specified did not hold.'
  answer.end(JSON.stringify({ error: { code: 412, message, errors: [{ reason: 'conditionNotMet' }] } }))
}

async function isMet(url: URL, body: Buffer): Promise<boolean> {
  const target = new URL(url.pathname.replace(/\/compose$/, ''), url)
  const wanted = url.searchParams.get('ifGenerationMatch')
  if (wanted !== null && (await generationOf(target)) !== wanted) return false
  const { sourceObjects = [] } = (body.length > 0 ? JSON.parse(body.toString()) : {}) as {
    sourceObjects?: readonly { name: string; objectPreconditions?: { ifGenerationMatch: string } }[]
  }
  const folder = target.href.replace(/[^/]*$/, '')
  for (const { name, objectPreconditions } of sourceObjects) {
    const found = await generationOf(new URL(folder + encodeURIComponent(name)))
    if (objectPreconditions && found !== objectPreconditions.ifGenerationMatch) return false
  }
  return true
}

/** `0` of what is not there. */
async function generationOf(url: URL): Promise<string> {
  const answer = await fetch(url)
  if (!answer.ok) return '0'
  return ((await answer.json()) as { generation: string }).generation
}

function forward(call: IncomingMessage, url: URL, answer: ServerResponse): void {
  const next = request(url, { method: call.method, headers: call.headers }, (from) => {
    answer.writeHead(from.statusCode ?? 500, from.headers)
    from.pipe(answer)
    answer.on('close', () => from.destroy())
  })
  next.on('error', () => answer.destroy())
  call.on('close', () => {
    if (!call.complete) next.destroy()
  })
  call.pipe(next)
}

async function forwarded(
  call: IncomingMessage,
  url: URL,
  answer: ServerResponse,
  body: Buffer,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const headers = { ...call.headers, 'content-length': String(body.length) }
    const next = request(url, { method: call.method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 500, from.headers)
      from.pipe(answer)
      from.on('end', resolve)
    })
    next.on('error', reject)
    next.end(body)
  })
}
