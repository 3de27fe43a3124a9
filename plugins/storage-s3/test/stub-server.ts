import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StorageDriver } from '@walg/sdk'
import { pluginContext } from '@walg/testkit'
import { onTestFinished } from 'vitest'
import storageS3 from '../src/storage.js'

/** A request as the stub has got it. */
export interface SeenRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void

/** A server that answers as a test wants, and a driver on it. */
export async function openStub(answer: Answer, settings: Readonly<Record<string, string>> = {}) {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, path: url, headers, body: Buffer.concat(chunks) }
      seen.push(one)
      answer(one, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const driver: StorageDriver = await storageS3.open(
    pluginContext({
      WALG_S3_PREFIX: 's3://bucket/folder',
      AWS_ENDPOINT: url,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...settings,
    }),
  )
  onTestFinished(async () => {
    await driver.close()
    server.closeAllConnections()
    server.close()
  })
  return { driver, seen, url, server }
}

export const xml = (code: string, more = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>as it is</Message>${more}</Error>`
