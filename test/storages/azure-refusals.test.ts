import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { randomBytes } from '@walg/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { describeWith } from '../support/describe-with.js'
import { ACCOUNT, type AzureServer, KEY, lacksAzure, startAzure } from './azure-server.js'

const { signal } = new AbortController()

describeWith('Azurite', lacksAzure, () => {
  let server: AzureServer
  beforeAll(async () => {
    server = await startAzure()
  })
  afterAll(async () => {
    await server?.stop()
  })

  const sasFor = (minutes: number) =>
    generateBlobSASQueryParameters(
      {
        containerName: server.container.containerName,
        permissions: ContainerSASPermissions.parse('rcwdl'),
        startsOn: new Date(Date.now() - 7_200_000),
        expiresOn: new Date(Date.now() + minutes * 60_000),
      },
      new StorageSharedKeyCredential(ACCOUNT, KEY),
    ).toString()

  test('refuses a wrong key, and that is told', async () => {
    const driver = await server.open({ AZURE_STORAGE_ACCESS_KEY: Buffer.from('wrong').toString('base64') })

    await expect(driver.head('x', { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_PERMISSION',
      message: expect.stringMatching(
        /^unable to look for x: access is denied \(AuthorizationFailure[^\n]*\)$/,
      ),
    })
  })

  test('has no such container, and that is told', async () => {
    const driver = await server.open({ WALG_AZ_PREFIX: 'azure://nowhere/folder' })

    for (const call of [
      () => driver.head('x', { signal }),
      () => driver.get('x', { signal }),
      () => driver.put('x', [], { signal }),
      () => driver.list('', { signal }),
      () => driver.delete(['x', 'y'], { signal }),
    ])
      await expect(call()).rejects.toMatchObject({
        code: 'E_STORAGE_CONFIG',
        message: expect.stringMatching(/there is no container nowhere in devstoreaccount1$/),
      })
  })

  test.each(['', '?'])('takes a signature of the container, with %j before it', async (mark) => {
    const driver = await server.open({
      AZURE_STORAGE_ACCESS_KEY: '',
      AZURE_STORAGE_SAS_TOKEN: mark + sasFor(10),
    })

    for (const key of ['a', 'b', 'c']) await driver.put(key, [randomBytes(10)], { signal })
    const copied = await driver.copy!('a', 'd', { signal })
    const listed = (await driver.list('', { signal })).objects.length
    const outcomes = await driver.delete(['a', 'b', 'c', 'd'], { signal })

    expect([copied.size, listed]).toEqual([10, 4])
    expect(outcomes.every(({ deleted }) => deleted)).toBe(true)
    expect((await driver.list('', { signal })).objects).toEqual([])
  })

  test('refuses a signature that is expired', async () => {
    const driver = await server.open({ AZURE_STORAGE_ACCESS_KEY: '', AZURE_STORAGE_SAS_TOKEN: sasFor(-60) })

    await expect(driver.get('x', { signal })).rejects.toMatchObject({ code: 'E_STORAGE_PERMISSION' })
  })

  test('deletes snapshots along with their blob', async () => {
    const driver = await server.open()
    for (const key of ['a', 'b']) await driver.put(key, [], { signal })
    const names: string[] = []
    for await (const { name } of server.container.listBlobsFlat()) names.push(name)
    for (const name of names) await server.container.getBlobClient(name).createSnapshot()

    const outcomes = await driver.delete(['a', 'b'], { signal })

    expect(outcomes.map(({ deleted }) => deleted)).toEqual([true, true])
  })

  test.each([[{ ifAbsent: true }], [{}]])(
    'an object whose last answer was lost is known again, with %j',
    async (condition) => {
      const port = await losingProxy(server.service.port, 'comp=blocklist')
      const driver = await server.open({ AZURE_STORAGE_ENDPOINT: `http://127.0.0.1:${port}/${ACCOUNT}` })
      const upload = await driver.multipart!.begin('x', { signal })
      const part = await driver.multipart!.uploadPart(upload, 1, [randomBytes(1000)], { signal })

      const lost = driver.multipart!.complete(upload, [part], { signal, ...condition })
      await expect(lost).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE', retryable: true })
      const again = await driver.multipart!.complete(upload, [part], { signal, ...condition })

      expect(again).toMatchObject({ key: 'x', size: 1000 })
    },
  )
})

/** Passes everything on, but cuts the connection instead of the first answer to such a call. */
async function losingProxy(upstream: number, query: string): Promise<number> {
  let left = 1
  const proxy = createServer((call, answer) => {
    const { method, headers, url = '/' } = call
    const next = request({ host: '127.0.0.1', port: upstream, method, headers, path: url }, (from) => {
      if (url.includes(query) && left-- > 0) {
        from.resume()
        call.socket.destroy()
        return
      }
      answer.writeHead(from.statusCode ?? 500, from.headers)
      from.pipe(answer)
    })
    call.pipe(next)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return (proxy.address() as AddressInfo).port
}
