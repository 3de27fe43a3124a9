import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WalgError } from '@walg/sdk'
import { FaultPlan, type FaultRule, withFaults } from '@walg/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeOptional } from '../../../../test/support/describe-with.js'
import { walFetch } from '../../src/operations/wal-fetch.js'
import { Archive } from '../support/archive.js'
import { name } from '../support/synthetic-repository.js'

const segment = name(5)
const unavailable = new WalgError('E_STORAGE_UNAVAILABLE', 'unable to reach the storage')
const withRules = (...rules: readonly FaultRule[]) =>
  new Archive({ wrap: (driver) => withFaults(driver, new FaultPlan(rules)) })

/** An archive that holds segment 5, stored by this method. */
async function filled(method: 'lz4' | 'none' = 'lz4', archive = new Archive()): Promise<Archive> {
  await archive.push(archive.writeSegment(5), { WALG_COMPRESSION_METHOD: method })
  return archive
}

describe('a file that the archive holds', () => {
  test.each(['lz4', 'none'] as const)('is put in place whole, stored with %s', async (method) => {
    const archive = await filled(method)

    const path = await archive.fetch(segment)

    expect(Buffer.compare(readFileSync(path), archive.segmentBytes(5))).toBe(0)
    expect(archive.leftBehind(segment)).toEqual([`fetched-${segment}`])
  })

  test('is found under the trailing dot of old releases', async () => {
    const archive = new Archive()
    await archive.store(`wal_005/${segment}.`, archive.segmentBytes(5))

    expect(existsSync(await archive.fetch(segment))).toBe(true)
  })

  test.each(['00000002.history', `${segment}.00000028.backup`])('may be %s', async (fileName) => {
    const archive = new Archive()
    await archive.push(archive.write(fileName, '1\t0/3000000\tno recovery target specified\n'))

    expect(readFileSync(await archive.fetch(fileName), 'utf8')).toMatch(/^1\t0/)
  })
})

describe('absent is only what is proven absent', () => {
  test.each([segment, '00000002.history', `${segment}.partial`])(
    '%s in an empty archive',
    async (fileName) => {
      const archive = new Archive()

      await expect(archive.fetch(fileName)).rejects.toMatchObject({ code: 'E_WAL_ABSENT' })

      expect(archive.leftBehind(fileName)).toEqual([])
    },
  )

  test('the history of timeline 1, which never exists, without asking', async () => {
    const archive = withRules({ call: 'head', fault: { kind: 'error', error: unavailable }, times: 99 })

    await expect(archive.fetch('00000001.history')).rejects.toMatchObject({ code: 'E_WAL_ABSENT' })
  })

  test.each(['lz4', 'lzma', 'gz', 'br', 'lzo', 'zst', ''])(
    'an error about the name that ends in "%s" is no answer',
    async (extension) => {
      const key = new RegExp(`${segment}${extension === '' ? '' : `\\.${extension}`}$`)
      const archive = withRules({
        call: 'head',
        key,
        fault: { kind: 'error', error: unavailable },
        times: 99,
      })

      await expect(archive.fetch(segment)).rejects.toBe(unavailable)
    },
  )

  test('an object of a codec that is not installed is there', async () => {
    const archive = new Archive()
    await archive.store(`wal_005/${segment}.br`, 'packed')

    await expect(archive.fetch(segment)).rejects.toMatchObject({ code: 'E_PLUGIN_MISSING' })
  })

  test('an object that vanishes while it is fetched is an error', async () => {
    const gone = new WalgError('E_STORAGE_NOT_FOUND', 'unable to read: no such object')
    const archive = withRules({ call: 'get', fault: { kind: 'error', error: gone }, times: 99 })
    await filled('lz4', archive)

    await expect(archive.fetch(segment)).rejects.toBe(gone)
  })
})

describe('what is not the whole right file never gets in place', () => {
  const damaged = (change: (bytes: Buffer) => Uint8Array, method: 'lz4' | 'none') => async () => {
    const archive = await filled(method)
    const [key] = archive.driver.keys
    await archive.store(key!, change(await archive.stored(key!)))
    return archive
  }

  test.each([
    ['a cut LZ4 object', damaged((b) => b.subarray(0, b.length - 5), 'lz4'), 'E_CODEC_TRUNCATED'],
    ['an empty LZ4 object', damaged(() => Buffer.alloc(0), 'lz4'), 'E_CODEC_TRUNCATED'],
    [
      'an LZ4 object with more behind',
      damaged((b) => Buffer.concat([b, b.subarray(0, 3)]), 'lz4'),
      /E_CODEC/,
    ],
    ['a cut plain object', damaged((b) => b.subarray(0, 1000), 'none'), 'E_WAL_INVALID'],
    ['an empty plain object', damaged(() => Buffer.alloc(0), 'none'), 'E_WAL_INVALID'],
    ['a plain object with more behind', damaged((b) => Buffer.concat([b, b]), 'none'), 'E_WAL_INVALID'],
    ['a wrong first page', damaged((b) => b.fill(0, 0, 16), 'none'), 'E_WAL_INVALID'],
  ] as const)('%s', async (_what, make, code) => {
    const archive = await make()

    await expect(archive.fetch(segment)).rejects.toMatchObject({
      code: typeof code === 'string' ? code : expect.stringMatching(code),
    })

    expect(archive.leftBehind(segment)).toEqual([])
  })

  test('another segment under the name', async () => {
    const archive = new Archive()
    await archive.store(`wal_005/${segment}`, archive.segmentBytes(6))

    await expect(archive.fetch(segment)).rejects.toThrow(/its first page is that of segment 6, not 5/)
    expect(archive.leftBehind(segment)).toEqual([])
  })

  test('a body that breaks off', async () => {
    const archive = withRules({
      call: 'get',
      fault: { kind: 'cut', afterBytes: 100, error: unavailable },
      times: 99,
    })
    await filled('lz4', archive)

    await expect(archive.fetch(segment)).rejects.toBe(unavailable)
    expect(archive.leftBehind(segment)).toEqual([])
  })
})

describe('a destination that is taken is left as it is', () => {
  test('by a file', async () => {
    const archive = await filled()
    writeFileSync(archive.destination(segment), 'mine')

    await expect(archive.fetch(segment)).rejects.toMatchObject({ code: 'E_WAL_DESTINATION' })

    expect(readFileSync(archive.destination(segment), 'utf8')).toBe('mine')
  })

  test('by a link that leads nowhere', async () => {
    const archive = await filled()
    symlinkSync('/nowhere', archive.destination(segment))

    await expect(archive.fetch(segment)).rejects.toMatchObject({ code: 'E_WAL_DESTINATION' })
  })
})

describe('the exit code', () => {
  const retryable = new WalgError('E_STORAGE_UNAVAILABLE', 'unable to reach it', { retryable: true })
  const codeFor = walFetch.exitCodeFor!

  test.each([
    ['proven absence', new WalgError('E_WAL_ABSENT', ''), 74],
    ['a storage that does not answer', retryable, 200],
    ['a damaged object', new WalgError('E_CODEC_CORRUPT', ''), 200],
    ['a missing plugin', new WalgError('E_PLUGIN_MISSING', ''), 200],
    ['a usage error', new WalgError('E_USAGE', ''), 200],
    ['anything else', new TypeError('x'), 200],
  ])('for %s', (_what, error, code) => {
    expect(codeFor(error)).toBe(code)
  })

  test('lets a standby ask again for what may pass, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'walg-standby-'))
    const before = process.cwd()
    writeFileSync(join(folder, 'standby.signal'), '')
    process.chdir(folder)
    onTestFinished(() => {
      process.chdir(before)
      rmSync(folder, { recursive: true })
    })

    expect([codeFor(retryable), codeFor(new WalgError('E_CODEC_CORRUPT', '')), codeFor(new Error())]).toEqual(
      [75, 200, 200],
    )
    expect(codeFor(new WalgError('E_WAL_ABSENT', ''))).toBe(74)
  })
})

describe('a segment that was fetched ahead of time', () => {
  const prefetched = (archive: Archive) => join(archive.dataDirectory, '.wal-g/prefetch')

  function prefetch(archive: Archive, content: Uint8Array): string {
    mkdirSync(join(prefetched(archive), 'running'), { recursive: true })
    const path = join(prefetched(archive), segment)
    writeFileSync(path, content)
    return path
  }

  test('is moved into place without asking the archive', async () => {
    const archive = new Archive()
    const path = prefetch(archive, archive.segmentBytes(5))

    expect(Buffer.compare(readFileSync(await archive.fetch(segment)), archive.segmentBytes(5))).toBe(0)
    expect(existsSync(path)).toBe(false)
  })

  test.each([
    ['short', (bytes: Uint8Array) => bytes.subarray(0, 1000)],
    ['empty, because it failed', () => new Uint8Array()],
    ['damaged', (bytes: Uint8Array) => bytes.fill(0, 0, 16)],
  ])('and is %s is fetched again', async (_what, change) => {
    const archive = await filled()
    prefetch(archive, change(archive.segmentBytes(5)))

    expect(Buffer.compare(readFileSync(await archive.fetch(segment)), archive.segmentBytes(5))).toBe(0)
  })

  test('and never grows any more is fetched again', async () => {
    const archive = await filled()
    mkdirSync(join(prefetched(archive), 'running'), { recursive: true })
    writeFileSync(join(prefetched(archive), 'running', segment), 'half')

    await archive.fetch(segment)

    expect(readdirSync(join(prefetched(archive), 'running'))).toEqual([])
  })
})

const mountProbe = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt'])

describeOptional('a full disk', mountProbe.status === 0 ? undefined : 'mounting is not allowed here', () => {
  test('leaves nothing at the destination', async () => {
    const archive = await filled()
    const disk = mkdtempSync(join(tmpdir(), 'walg-full-'))
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
    onTestFinished(() => {
      spawnSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true, force: true })
    })
    const destination = join(disk, 'RECOVERYXLOG')

    const fetching = walFetch.run(archive.context(), {
      args: { wal_name: segment, destination_filename: destination },
      flags: {},
    })

    await expect(fetching).rejects.toMatchObject({
      code: 'E_WAL_DESTINATION',
      message: expect.stringContaining('ENOSPC'),
    })
    expect(readdirSync(disk)).toEqual([])
  })
})
