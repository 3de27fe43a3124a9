import { randomUUID } from 'node:crypto'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { DEFAULT_RETRY, openStorage, systemClock } from '@walg/core'
import type { Log } from '@walg/sdk'
import { collect, faultSweep, randomBytes, streamOf } from '@walg/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { RangeReading } from '../../plugins/storage-s3/src/parallel-body.js'
import { describeWith } from '../support/describe-with.js'
import { lacksService } from '../support/services.js'
import { startFaultyLink } from '../support/toxiproxy.js'
import { describeNetworkFaults, IDLE_MS } from './network-faults.js'
import { clientOf } from './s3-bucket.js'
import { type S3UnderTest, startS3 } from './s3-server.js'

const PART_BYTES = 5 * 1024 * 1024
const PARTS = { S3_MAX_PART_SIZE: String(PART_BYTES), WALG_STORAGE_TIMEOUT: `${IDLE_MS}ms` }
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Objects of the tests come as one stream, or in ranges as only larger ones do otherwise. */
const WAYS = {
  'as one stream': undefined,
  'in ranges': { fromBytes: 2_000_000, segmentBytes: 1_000_000, lanes: 4 },
}

for (const [way, reading] of Object.entries(WAYS)) {
  describeNetworkFaults(
    `S3 over a bad network, read ${way}`,
    lacksService('minio', 'toxiproxy'),
    async () => {
      const server = await startS3('minio')
      const link = await startFaultyLink(server.service.port)
      return {
        link,
        async open() {
          const prefix = { ...PARTS, WALG_S3_PREFIX: `s3://bucket/${randomUUID()}` }
          const through = { ...prefix, AWS_ENDPOINT: `http://127.0.0.1:${link.port}` }
          return { through: await server.open(through, reading), past: await server.open(prefix) }
        },
        async stop() {
          await link.stop()
          await server.stop()
        },
      }
    },
    PART_BYTES,
  )
}

describeWith('S3, when one call goes wrong', lacksService('minio'), () => {
  let server: S3UnderTest
  const signal = new AbortController().signal

  beforeAll(async () => {
    server = await startS3('minio')
  })
  afterAll(async () => {
    await server?.stop()
  })

  const openUploads = async (folder: string) => {
    const client = clientOf(server)
    try {
      // MinIO lists uploads by their whole key only.
      const command = new ListMultipartUploadsCommand({ Bucket: 'bucket', Prefix: `${folder}/object` })
      const { Uploads } = await client.send(command)
      return Uploads ?? []
    } finally {
      client.destroy()
    }
  }

  test('what is written in parts is whole or absent, and no upload stays open', async () => {
    const content = randomBytes(2 * PART_BYTES + 1000)

    let folder = ''
    const runs = await faultSweep({
      async open() {
        folder = randomUUID()
        return await server.open({ ...PARTS, WALG_S3_PREFIX: `s3://bucket/${folder}` })
      },
      async run(driver) {
        const storage = openStorage(driver, {
          name: 'default',
          clock: systemClock,
          log: silent,
          retry: { ...DEFAULT_RETRY, attempts: 1 },
        })
        await storage.write('object', streamOf(content, 1_000_000), { signal })
        expect(Buffer.from(await storage.readAll('object', { signal })).equals(content)).toBe(true)
      },
      async holds({ driver, error, fault }) {
        const { objects } = await driver.list('', { signal })
        if (objects.length > 0) {
          expect(objects.map(({ key, size }) => [key, size])).toEqual([['object', content.length]])
        } else expect(error).toBeDefined()
        if (!fault) expect(error).toBeUndefined()
        // An upload whose id never came, and one that could not be given up, are left to the bucket's lifecycle.
        const mayStayOpen =
          fault?.call === 'abort' || (fault?.call === 'begin' && fault.kind === 'lost-answer')
        if (!mayStayOpen) expect(await openUploads(folder)).toEqual([])
        await driver.close()
      },
    })

    expect(runs).toBeGreaterThan(10)
  })
})

describeWith('S3 over a line that is slow for each connection', lacksService('minio', 'toxiproxy'), () => {
  test('gives a large object faster in ranges than as one stream', async () => {
    const signal = new AbortController().signal
    await using server = await startS3('minio')
    const link = await startFaultyLink(server.service.port)
    onTestFinished(() => link.stop())
    const settings = {
      WALG_S3_PREFIX: `s3://bucket/${randomUUID()}`,
      AWS_ENDPOINT: `http://127.0.0.1:${link.port}`,
    }
    const content = randomBytes(20_000_000)
    const secondsOf = async (reading: RangeReading) => {
      const driver = await server.open(settings, reading)
      await driver.head('object', { signal })
      const began = performance.now()
      const { body } = await driver.get('object', { signal })
      expect(Buffer.from(await collect(body)).equals(content)).toBe(true)
      await driver.close()
      return (performance.now() - began) / 1000
    }
    const driver = await server.open(settings)
    await driver.put('object', [content], { signal })
    await driver.close()
    await link.slow(4_000, 'downstream')

    const stream = await secondsOf({ ...WAYS['in ranges'], fromBytes: Number.POSITIVE_INFINITY })
    const ranges = await secondsOf(WAYS['in ranges'])

    expect(stream / ranges).toBeGreaterThan(2)
  })
})
