import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { collect, randomBytes } from '@walg/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { JsonApi } from './json-api.js'
import { openDriver } from './open-driver.js'

const { signal } = new AbortController()

/** Answers every connection with these bytes, whatever is asked, and then does something with it. */
async function rawServer(
  text: string,
  then: (socket: Socket) => void,
): Promise<{ url: string; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(text)
      then(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server }
}

const CUT_BODY = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this'

test('a body that is cut by an orderly close is an error, and soon', async () => {
  const { url } = await rawServer(CUT_BODY, (socket) => socket.end())
  const { body } = await (await openDriver(url)).get('x', { signal })

  await expect(collect(body)).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE', retryable: true })
})

test('a body of which nothing more comes is an error', async () => {
  const { url } = await rawServer(CUT_BODY, () => undefined)
  const { body } = await (await openDriver(url, { idleTimeoutMs: 300 })).get('x', { signal })

  await expect(collect(body)).rejects.toThrow('unable to read x: nothing came for 0.3 s')
})

test('a server that never answers is an error', async () => {
  const { url } = await rawServer('', () => undefined)
  const driver = await openDriver(url, { idleTimeoutMs: 300 })

  await expect(driver.head('x', { signal })).rejects.toThrow('nothing came or went for 0.3 s')
})

test('a server that dribbles is given up when the time of the whole call is over', async () => {
  const { url } = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', (socket) => {
    const timer = setInterval(() => socket.write(' '), 50)
    socket.on('close', () => clearInterval(timer))
  })
  const driver = await openDriver(url, { deadlineMs: 400 })

  await expect(driver.head('x', { signal })).rejects.toThrow('not done within 0.4 s')
})

test('a reader that takes its time is no dead peer', async () => {
  const api = await new JsonApi().start()
  const driver = await openDriver(api.url, { idleTimeoutMs: 300 })
  const bytes = randomBytes(3_000_000)
  await driver.put('x', [bytes], { signal })

  const { body } = await driver.get('x', { signal })
  const chunks: Uint8Array[] = []
  for await (const chunk of body) {
    if (chunks.length < 2) await sleep(700)
    chunks.push(chunk)
  }

  expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
})

test('a body that is left takes its connection with it, also one that was never begun', async () => {
  const closed: number[] = []
  const { url } = await rawServer(CUT_BODY, (socket) => {
    socket.on('close', () => closed.push(1))
  })
  const driver = await openDriver(url)

  const begun = await driver.get('x', { signal })
  for await (const _chunk of begun.body) break
  const untouched = await driver.get('x', { signal })
  await untouched.body[Symbol.asyncIterator]().return?.()
  await sleep(100)

  expect(closed).toHaveLength(2)
})

test('a refusal counts that comes while the body is still being sent', async () => {
  const refusal = '{"error":{"code":403,"message":"no","errors":[{"reason":"forbidden"}]}}'
  const { url } = await rawServer(
    `HTTP/1.1 403 Forbidden\r\ncontent-length: ${refusal.length}\r\n\r\n${refusal}`,
    (socket) => socket.pause(),
  )
  const driver = await openDriver(url)

  await expect(driver.put('x', [randomBytes(20_000_000)], { signal })).rejects.toMatchObject({
    code: 'E_STORAGE_PERMISSION',
  })
})

test('an abort ends a call at once, with its reason', async () => {
  const { url } = await rawServer('', () => undefined)
  const driver = await openDriver(url)
  const abort = new AbortController()
  const reason = new Error('enough')
  setTimeout(() => abort.abort(reason), 50)

  await expect(driver.head('x', { signal: abort.signal })).rejects.toBe(reason)
})

test('connections are used again', async () => {
  const api = await new JsonApi().start()
  const driver = await openDriver(api.url)
  const ports = new Set<number | undefined>()
  api.meddle = (_call, answer) => {
    ports.add(answer.req.socket.remotePort)
    return undefined
  }

  for (let time = 0; time < 5; time++) await driver.put('x', [randomBytes(100_000)], { signal })

  expect(ports.size).toBe(1)
})

test('many calls at once with one signal make Node warn of nothing', async () => {
  const api = await new JsonApi().start()
  const driver = await openDriver(api.url)
  const warnings: Error[] = []
  const note = (warning: Error) => void warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))

  await driver.delete(
    Array.from({ length: 40 }, (_, at) => `x${at}`),
    { signal: new AbortController().signal },
  )
  await sleep(10)

  expect(warnings).toEqual([])
})
