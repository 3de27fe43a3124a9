import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Answer, openStub, xml } from './stub-server.js'

const { signal } = new AbortController()

describe('delete', () => {
  const answerOf = (document: string): Answer => {
    return (_request, response) => response.end(`<DeleteResult>${document}</DeleteResult>`)
  }

  test('tells of each key what the server tells of it', async () => {
    const { driver, seen } = await openStub(
      answerOf(
        '<Deleted><Key>folder/a</Key></Deleted>' +
          '<Error><Key>folder/b</Key><Code>AccessDenied</Code><Message>no</Message></Error>' +
          '<Error><Key>folder/c</Key><Code>NoSuchKey</Code></Error>' +
          '<Error><Key>folder/e</Key><Code>SlowDown</Code></Error>',
      ),
    )

    const outcomes = await driver.delete(['a', 'b', 'c', 'd', 'e'], { signal })

    expect(outcomes).toMatchObject([
      { key: 'a', deleted: true },
      { key: 'b', deleted: false, error: { code: 'E_STORAGE_PERMISSION' } },
      { key: 'c', deleted: true },
      { key: 'd', deleted: false, error: { code: 'E_STORAGE_UNAVAILABLE' } },
      { key: 'e', deleted: false, error: { retryable: true, details: { isThrottled: true } } },
    ])
    expect(seen).toHaveLength(1)
  })

  test('sends the MD5 that older servers want, and no newer checksum', async () => {
    const { driver, seen } = await openStub(answerOf('<Deleted><Key>folder/a</Key></Deleted>'))

    await driver.delete(['a'], { signal })

    const { body, headers } = seen[0]!
    expect(headers['content-md5']).toBe(createHash('md5').update(body).digest('base64'))
    expect(Object.keys(headers).filter((name) => name.includes('checksum'))).toEqual([])
  })
})

describe('multipart', () => {
  const BEGUN = '<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>'
  const part = { number: 1, etag: '"p"', size: 5 }
  /** A server that begins uploads, and ends them in its own way. */
  const uploads = (complete: Answer, head: (mark: string) => Record<string, string>): Answer => {
    let mark = ''
    return (request, response) => {
      if (request.path.endsWith('?uploads=') || request.path.endsWith('?uploads')) {
        mark = String(request.headers['x-amz-meta-walg-upload'])
        response.end(BEGUN)
      } else if (request.method === 'HEAD')
        response.writeHead(200, { 'content-length': 5, ...head(mark) }).end()
      else complete(request, response)
    }
  }

  test('an error inside a successful answer is an error', async () => {
    const { driver } = await openStub(
      uploads(
        (_request, response) => response.end(xml('InternalError')),
        () => ({}),
      ),
    )
    const upload = await driver.multipart!.begin('x', { signal })

    await expect(driver.multipart!.complete(upload, [part], { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      retryable: true,
      details: { s3Code: 'InternalError' },
    })
  })

  test('an end that went through unheard is found by looking at the object', async () => {
    let times = 0
    const { driver } = await openStub(
      uploads(
        (_request, response) => {
          if (++times === 1) response.destroy()
          else response.writeHead(404).end(xml('NoSuchUpload'))
        },
        (mark) => ({ 'x-amz-meta-walg-upload': mark, etag: '"o-1"' }),
      ),
    )
    const upload = await driver.multipart!.begin('x', { signal })

    await expect(driver.multipart!.complete(upload, [part], { signal })).rejects.toMatchObject({
      retryable: true,
    })
    expect(await driver.multipart!.complete(upload, [part], { signal })).toMatchObject({
      key: 'x',
      size: 5,
      etag: '"o-1"',
    })
  })

  test('an upload that is gone is an error when the key holds the object of somebody else', async () => {
    const { driver } = await openStub(
      uploads(
        (_request, response) => response.writeHead(404).end(xml('NoSuchUpload')),
        () => ({ 'x-amz-meta-walg-upload': 'another' }),
      ),
    )
    const upload = await driver.multipart!.begin('x', { signal })

    await expect(driver.multipart!.complete(upload, [part], { signal })).rejects.toMatchObject({
      details: { s3Code: 'NoSuchUpload' },
    })
  })

  test('a condition that fails on the own object of an end that went unheard is no conflict', async () => {
    const { driver } = await openStub(
      uploads(
        (_request, response) => response.writeHead(412).end(xml('PreconditionFailed')),
        (mark) => ({ 'x-amz-meta-walg-upload': mark }),
      ),
      { S3_CONDITIONAL_PUT: 'true' },
    )
    const upload = await driver.multipart!.begin('x', { signal })

    expect(await driver.multipart!.complete(upload, [part], { signal, ifAbsent: true })).toMatchObject({
      size: 5,
    })
  })

  test('giving up an upload that is gone succeeds', async () => {
    const { driver } = await openStub(
      uploads(
        (_request, response) => response.writeHead(404).end(xml('NoSuchUpload')),
        () => ({}),
      ),
    )

    await driver.multipart!.abort({ key: 'x', id: 'id' }, { signal })
  })

  test('beginning sends class, encryption and lock', async () => {
    const { driver, seen } = await openStub(
      uploads(
        (_request, response) => response.end(),
        () => ({}),
      ),
      {
        S3_STORAGE_CLASS: 'GLACIER_IR',
        S3_SSE: 'aws:kms',
        S3_SSE_KMS_ID: 'k',
        S3_RETENTION_PERIOD: '60',
      },
    )

    await driver.multipart!.begin('x', { signal })

    expect(seen[0]?.headers).toMatchObject({
      'x-amz-storage-class': 'GLACIER_IR',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'k',
      'x-amz-object-lock-mode': 'GOVERNANCE',
      'x-amz-object-lock-retain-until-date': expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })
})

describe('copy', () => {
  test('an error inside a successful answer is an error', async () => {
    const { driver, seen } = await openStub((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 5, etag: '"o"' }).end()
      else response.end(xml('SlowDown'))
    })

    await expect(driver.copy!('from/ä b', 'to', { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
      retryable: true,
    })
    expect(seen.at(-1)?.headers).toMatchObject({
      'x-amz-copy-source': 'bucket/folder/from/%C3%A4%20b',
      'x-amz-copy-source-if-match': '"o"',
    })
  })
})

describe('list', () => {
  const page = (inside: string) =>
    `<ListBucketResult><EncodingType>url</EncodingType>${inside}</ListBucketResult>`
  const object = (key: string) =>
    `<Contents><Key>${key}</Key><Size>3</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`

  test('decodes what the server has encoded, and leaves out markers of folders', async () => {
    const { driver, seen } = await openStub((_request, response) => {
      response.end(
        page(
          `${object('folder%2F')}${object('folder%2Fa+b%2B%01')}${object('folder%2Fmarker%2F')}` +
            '<CommonPrefixes><Prefix>folder%2Fc+d%2F</Prefix></CommonPrefixes>',
        ),
      )
    })

    const { objects, folders } = await driver.list('', { signal, delimiter: '/' })

    expect(objects.map(({ key, size }) => [key, size])).toEqual([['a b+\u0001', 3]])
    expect(folders).toEqual(['c d/'])
    expect(seen[0]?.path).toContain('prefix=folder%2F')
  })

  test('in its older form goes on after the last key where the server names none', async () => {
    const { driver, seen } = await openStub(
      (request, response) => {
        const isFirst = !request.path.includes('marker=')
        response.end(
          page(`<IsTruncated>${isFirst}</IsTruncated>${object(isFirst ? 'folder%2Fa' : 'folder%2Fb')}`),
        )
      },
      { S3_USE_LIST_OBJECTS_V1: 'true' },
    )

    const first = await driver.list('', { signal, limit: 1 })
    const second = await driver.list('', { signal, limit: 1, cursor: first.nextCursor! })

    expect(second.objects.map(({ key }) => key)).toEqual(['b'])
    expect(second.nextCursor).toBeUndefined()
    expect(seen[1]?.path).toContain('marker=folder%2Fa')
  })

  test('that is throttled says for how long', async () => {
    const { driver, seen } = await openStub((_request, response) => {
      response.writeHead(503, { 'retry-after': '3' }).end(xml('SlowDown'))
    })

    await expect(driver.list('', { signal })).rejects.toMatchObject({
      retryable: true,
      details: { isThrottled: true, retryAfterMs: 3000 },
    })
    expect(seen).toHaveLength(1)
  })
})
