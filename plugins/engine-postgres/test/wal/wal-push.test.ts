import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ByteStream, WalgError } from '@walg/sdk'
import { FaultPlan, type FaultRule, withFaults } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { walPush } from '../../src/operations/wal-push.js'
import { Archive } from '../support/archive.js'
import { name } from '../support/synthetic-repository.js'

const unavailable = new WalgError('E_STORAGE_PERMISSION', 'unable to reach the storage')
const withRules = (...rules: readonly FaultRule[]) =>
  new Archive({ wrap: (driver) => withFaults(driver, new FaultPlan(rules)) })

describe('a file of the archive', () => {
  test('is stored compressed under its name, and comes back', async () => {
    const archive = new Archive()
    const pushed = await archive.push(archive.writeSegment(5))

    expect(pushed).toEqual({ name: name(5), status: 'pushed', object: `wal_005/${name(5)}.lz4` })
    expect(archive.driver.keys).toEqual([`wal_005/${name(5)}.lz4`])
  })

  test.each(['00000002.history', `${name(5)}.00000028.backup`])('may be %s', async (fileName) => {
    const archive = new Archive()

    await archive.push(archive.write(fileName, 'START WAL LOCATION: 0/28\n'))

    expect(archive.driver.keys).toEqual([`wal_005/${fileName}.lz4`])
  })

  test('may be the partial segment of a promotion', async () => {
    const archive = new Archive()

    await archive.push(archive.write(`${name(5)}.partial`, archive.segmentBytes(5)))

    expect(archive.driver.keys).toEqual([`wal_005/${name(5)}.partial.lz4`])
  })

  test('may begin with the page of the timeline that was left in it', async () => {
    const archive = new Archive()

    await archive.push(archive.write(name(5, 2), archive.segmentBytes(5, 1)))

    expect(archive.driver.keys).toHaveLength(1)
  })
})

describe('content that is archived already', () => {
  test('is success when it is pushed again', async () => {
    const archive = new Archive()
    const path = archive.writeSegment(5)
    await archive.push(path)

    expect((await archive.push(path)).status).toBe('already-archived')
  })

  test('is success whatever codec it was stored with; nothing is added', async () => {
    const archive = new Archive()
    const path = archive.writeSegment(5)
    await archive.push(path, { WALG_COMPRESSION_METHOD: 'none' })

    expect((await archive.push(path)).status).toBe('already-archived')
    expect(archive.driver.keys).toEqual([`wal_005/${name(5)}`])
  })

  test.each(['lz4', 'none'])('is refused when it differs, with both checksums (%s)', async (method) => {
    const archive = new Archive()
    await archive.push(archive.writeSegment(5), { WALG_COMPRESSION_METHOD: method })
    const [key] = archive.driver.keys
    const before = await archive.stored(key!)
    const path = archive.write(name(5), archive.segmentBytes(5, 1, 99n))

    await expect(archive.push(path)).rejects.toMatchObject({
      code: 'E_WAL_CONFLICT',
      message: expect.stringMatching(
        /contents differ: SHA-256 [0-9a-f]{64} in the repository, [0-9a-f]{64} here$/,
      ),
    })

    expect(Buffer.compare(await archive.stored(key!), before)).toBe(0)
  })

  test('is refused, and stays, when no key is here that opens it', async () => {
    const archive = new Archive()
    const path = archive.writeSegment(5)
    await archive.push(path)
    const crypter = {
      id: 'writing only',
      encrypt: (source: ByteStream) => source,
      // biome-ignore lint/correctness/useYield: it refuses before the first byte.
      async *decrypt(): ByteStream {
        throw new WalgError('E_CRYPT_KEY', 'there is no private key')
      },
    }
    const ctx = { ...archive.context(), crypter: async () => crypter }

    const pushing = walPush.run(ctx, { args: { wal_filepath: path }, flags: {} })

    await expect(pushing).rejects.toMatchObject({
      code: 'E_CRYPT_KEY',
      message: expect.stringContaining(
        `${name(5)}.lz4 is in the repository, and no key of this host opens it`,
      ),
    })
    expect(archive.driver.keys).toEqual([`wal_005/${name(5)}.lz4`])
  })

  test('is success when another process stored it between the look and the write', async () => {
    // Eight names are looked for; after that the object is seen.
    const archive = withRules({ call: 'head', fault: { kind: 'error', error: notFound() }, times: 8 })
    const other = new Archive()
    await other.push(other.writeSegment(5))
    await archive.store(`wal_005/${name(5)}.lz4`, await other.stored(`wal_005/${name(5)}.lz4`))

    expect((await archive.push(archive.writeSegment(5))).status).toBe('already-archived')
  })
})

function notFound() {
  return new WalgError('E_STORAGE_NOT_FOUND', 'unable to look: no such object')
}

describe('what is no file of this archive is refused, and nothing is stored', () => {
  const bad = (fileName: string, change: (bytes: Buffer) => Uint8Array | string) => (archive: Archive) =>
    archive.write(fileName, change(Buffer.from(archive.segmentBytes(5))))

  test.each([
    [
      'a short segment',
      bad(name(5), (b) => b.subarray(0, 1000)),
      'E_WAL_INVALID',
      /it has 1000 bytes, a segment has 1048576/,
    ],
    ['an empty segment', bad(name(5), () => ''), 'E_WAL_INVALID', /it has 0 bytes/],
    ['a long segment', bad(name(5), (b) => Buffer.concat([b, b])), 'E_WAL_INVALID', /it has 2097152 bytes/],
    ['zeros', bad(name(5), (b) => b.fill(0)), 'E_WAL_INVALID', /does not begin with a WAL page header/],
    [
      'another segment',
      bad(name(6), (b) => b),
      'E_WAL_INVALID',
      /its first page is that of segment 5, not 6/,
    ],
    [
      'a segment of a later timeline',
      (archive: Archive) => archive.write(name(5, 1), archive.segmentBytes(5, 2)),
      'E_WAL_INVALID',
      /first page is of timeline 2, its name says 1/,
    ],
    [
      'a segment of another size',
      bad(name(5), (b) => {
        b.writeUInt32LE(16 * 1024 * 1024, 32)
        return b
      }),
      'E_WAL_INVALID',
      /set WALG_PG_WAL_SIZE=16/,
    ],
    [
      'a file that PostgreSQL does not archive',
      bad('postgresql.conf', () => 'x'),
      'E_WAL_NAME',
      /no name of a WAL/,
    ],
    ['a lower-case name', bad(name(10).toLowerCase(), (b) => b), 'E_WAL_NAME', /no name of a WAL/],
    [
      'a missing file',
      (archive: Archive) => join(archive.walDirectory, name(5)),
      'E_WAL_FILE',
      /no such file/,
    ],
  ] as const)('%s', async (_what, make, code, message) => {
    const archive = new Archive()

    await expect(archive.push(make(archive))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })

    expect(archive.driver.keys).toEqual([])
  })

  test('a folder', async () => {
    const archive = new Archive()
    mkdirSync(join(archive.walDirectory, name(5)))

    await expect(archive.push(join(archive.walDirectory, name(5)))).rejects.toThrow(/it is no regular file/)
  })

  test('a named pipe, without waiting for a writer', async () => {
    const archive = new Archive()
    const path = join(archive.walDirectory, name(5))
    spawnSync('mkfifo', [path])

    await expect(archive.push(path)).rejects.toThrow(/it is no regular file/)
  })

  test('a segment of another cluster than the data directory is', async () => {
    const archive = new Archive()
    mkdirSync(join(archive.dataDirectory, 'global'))
    const control = Buffer.alloc(8192)
    control.writeBigUInt64LE(42n)
    writeFileSync(join(archive.dataDirectory, 'global/pg_control'), control)

    await expect(archive.push(archive.writeSegment(5))).rejects.toThrow(
      /it is of system 7\d+, the data directory of 42/,
    )
  })
})

describe('the storage is believed only when it says so', () => {
  test('an error of the look-up is no "not there"', async () => {
    const archive = withRules({ call: 'head', fault: { kind: 'error', error: unavailable }, times: 99 })

    await expect(archive.push(archive.writeSegment(5))).rejects.toBe(unavailable)

    expect(archive.driver.keys).toEqual([])
  })

  test('an object of another size than what was sent is an error', async () => {
    const archive = new Archive({
      wrap: (driver) =>
        Object.assign(withFaults(driver, new FaultPlan([])), {
          put: (key: string, body: readonly Uint8Array[], o: { signal: AbortSignal }) =>
            driver.put(key, [Buffer.concat(body).subarray(1)], o),
        }),
    })

    await expect(archive.push(archive.writeSegment(5))).rejects.toMatchObject({ code: 'E_INTEGRITY_SIZE' })
  })

  test('a full storage is an error', async () => {
    const full = new WalgError('E_STORAGE_FULL', 'unable to write: no space left on the device')
    const archive = withRules({ call: 'put', fault: { kind: 'error', error: full }, times: 99 })

    await expect(archive.push(archive.writeSegment(5))).rejects.toBe(full)
  })
})

describe('further files that are ready', () => {
  const many = { WALG_UPLOAD_CONCURRENCY: '4' }

  function withBacklog(segments: readonly number[], rules: readonly FaultRule[] = []) {
    const archive = withRules(...rules)
    for (const segment of segments) {
      archive.writeSegment(segment)
      archive.markReady(name(segment))
    }
    return archive
  }
  const keys = (...segments: number[]) => segments.map((segment) => `wal_005/${name(segment)}.lz4`)
  const status = (archive: Archive) => readdirSync(join(archive.walDirectory, 'archive_status')).sort()

  test('are archived along, and known at their turn', async () => {
    const archive = withBacklog([5, 6, 7])

    await archive.push(join(archive.walDirectory, name(5)), many)
    expect(archive.driver.keys).toEqual(keys(5, 6, 7))

    expect((await archive.push(join(archive.walDirectory, name(6)), many)).status).toBe('already-archived')
  })

  test("leave PostgreSQL's status files alone", async () => {
    const archive = withBacklog([5, 6])

    await archive.push(join(archive.walDirectory, name(5)), many)

    expect(status(archive)).toEqual([`${name(5)}.ready`, `${name(6)}.ready`])
  })

  test('are marked done with PG_READY_RENAME, all but the own one', async () => {
    const archive = withBacklog([5, 6])

    await archive.push(join(archive.walDirectory, name(5)), { ...many, PG_READY_RENAME: 'true' })

    expect(status(archive)).toEqual([`${name(5)}.ready`, `${name(6)}.done`])
  })

  test('are limited in number, the own one among them', async () => {
    const archive = withBacklog([5, 6, 7, 8])

    await archive.push(join(archive.walDirectory, name(5)), { ...many, TOTAL_BG_UPLOADED_LIMIT: '3' })

    expect(archive.driver.keys).toEqual(keys(5, 6, 7))
  })

  test('do not harm the own one when they fail', async () => {
    const fault = { kind: 'error', error: unavailable } as const
    const archive = withBacklog([5, 6, 7], [{ call: 'put', key: new RegExp(name(6)), fault, times: 9 }])

    await archive.push(join(archive.walDirectory, name(5)), many)

    expect(archive.driver.keys).toEqual(keys(5, 7))
    expect(archive.warnings).toEqual([
      expect.stringContaining(`unable to archive ${name(6)} ahead of its turn`),
    ])
  })

  test('that vanish from the archive again are not taken for archived', async () => {
    const archive = withBacklog([5, 6])
    await archive.push(join(archive.walDirectory, name(5)), many)
    await archive.driver.delete(keys(6), { signal: new AbortController().signal })

    expect((await archive.push(join(archive.walDirectory, name(6)), many)).status).toBe('pushed')
  })
})

test('WALG_USE_WAL_DELTA is not passed over in silence', async () => {
  const archive = new Archive()

  await archive.push(archive.writeSegment(5), { WALG_USE_WAL_DELTA: 'true' })

  expect(archive.warnings).toEqual([expect.stringMatching(/WALG_USE_WAL_DELTA is set, but/)])
})
