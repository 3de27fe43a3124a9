import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from '@walg/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeOptional } from '../../../test/support/describe-with.js'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import { FsDriver } from '../src/fs-driver.js'
import { storageError } from '../src/fs-errors.js'
import { claimName, isTemporary, temporaryName } from '../src/temporary-name.js'

const signal = new AbortController().signal
const isRoot = process.getuid?.() === 0

function open() {
  const root = temporaryFolder()
  return { root, driver: new FsDriver(root) }
}

async function keysOf(driver: FsDriver): Promise<readonly string[]> {
  return (await driver.list('', { signal })).objects.map(({ key }) => key)
}

describe('temporary files', () => {
  test('have the form that WAL-G hides', () => {
    expect(temporaryName('/r/x')).toMatch(/^\/r\/x\.tmp\.\d{8}T\d{6}Z-[0-9a-f]{16}$/)
    expect(temporaryName('/r/x')).not.toBe(temporaryName('/r/x'))
  })

  test.each(['x.tmp.20260801T101112Z-0123456789abcdef', 'a.lz4.tmp.20260801T101112Z-ffffffffffffffff'])(
    '%s is one',
    (name) => {
      expect(isTemporary(name)).toBe(true)
    },
  )

  test.each(['x.tmp', 'tmp', 'x.tmp.20260801T101112Z-0123', 'x.tmp.20260801T101112Z-0123456789abcdef.lz4'])(
    '%s is none',
    (name) => {
      expect(isTemporary(name)).toBe(false)
    },
  )

  test('left behind by a killed process are not listed', async () => {
    const { root, driver } = open()
    writeFileSync(temporaryName(join(root, 'x')), 'half')
    writeFileSync(join(root, 'y'), 'whole')

    expect(await keysOf(driver)).toEqual(['y'])
  })
})

describe('a failed write', () => {
  test('leaves no file and no temporary one', async () => {
    const { root, driver } = open()
    const broken = async function* () {
      yield randomBytes(100_000)
      throw new Error('the source broke')
    }

    await expect(driver.putStream('folder/x', broken(), { signal })).rejects.toThrow('the source broke')

    expect(readdirSync(join(root, 'folder'))).toEqual([])
  })

  test('of the source is not taken for one of the storage', async () => {
    const { driver } = open()
    const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' })
    const broken = async function* () {
      yield new Uint8Array(1)
      throw missing
    }

    await expect(driver.putStream('x', broken(), { signal })).rejects.toBe(missing)
  })
})

describe('what the system says is reported as what it is', () => {
  test('a file in the way of a folder', async () => {
    const { driver } = open()
    await driver.put('a', [], { signal })

    await expect(driver.head('a/b', { signal })).rejects.toMatchObject({ code: 'E_STORAGE_NOT_FOUND' })
  })

  test('a name that is too long', async () => {
    const { driver } = open()

    await expect(driver.put('x'.repeat(300), [], { signal })).rejects.toMatchObject({ code: 'E_STORAGE_KEY' })
  })

  test('a root that is gone is no proof that an object is absent', async () => {
    const { root, driver } = open()
    renameSync(root, `${root}-away`)
    onTestFinished(() => rmSync(`${root}-away`, { recursive: true, force: true }))

    for (const call of [
      driver.head('x', { signal }),
      driver.get('x', { signal }),
      driver.list('', { signal }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE', retryable: true })
    }
  })

  test.each([
    ['ENOENT', 'E_STORAGE_NOT_FOUND', false],
    ['EISDIR', 'E_STORAGE_NOT_FOUND', false],
    ['EEXIST', 'E_STORAGE_EXISTS', false],
    ['EACCES', 'E_STORAGE_PERMISSION', false],
    ['EPERM', 'E_STORAGE_PERMISSION', false],
    ['EROFS', 'E_STORAGE_PERMISSION', false],
    ['ENOSPC', 'E_STORAGE_FULL', false],
    ['EDQUOT', 'E_STORAGE_FULL', false],
    ['ESTALE', 'E_STORAGE_UNAVAILABLE', true],
    ['EIO', 'E_STORAGE_UNAVAILABLE', true],
    ['EINVAL', 'E_STORAGE_UNAVAILABLE', false],
  ])('%s', async (code, walgCode, retryable) => {
    const error = Object.assign(new Error(code), { code })

    expect(await storageError(temporaryFolder(), 'write', 'x', error)).toMatchObject({
      code: walgCode,
      retryable,
      cause: error,
      message: expect.stringMatching(/^unable to write x: /),
    })
  })
})

describe('links in the repository are followed', () => {
  test('to files and folders', async () => {
    const { root, driver } = open()
    const elsewhere = temporaryFolder()
    writeFileSync(join(elsewhere, 'x'), 'content')
    symlinkSync(elsewhere, join(root, 'linked'))
    symlinkSync(join(elsewhere, 'x'), join(root, 'y'))
    symlinkSync('/nowhere', join(root, 'broken'))

    expect(await keysOf(driver)).toEqual(['linked/x', 'y'])
  })
})

describe('deleting', () => {
  test('removes folders that it empties, never the root', async () => {
    const { root, driver } = open()
    await driver.put('a/b/c', [], { signal })
    await driver.put('a/d', [], { signal })

    await driver.delete(['a/b/c'], { signal })
    expect(readdirSync(join(root, 'a'))).toEqual(['d'])

    await driver.delete(['a/d'], { signal })
    expect([existsSync(root), readdirSync(root)]).toEqual([true, []])
  })

  test('while others write into the same folder loses nothing', async () => {
    const { driver } = open()
    const rounds = Array.from({ length: 40 }, (_, at) => at)

    await Promise.all(
      rounds.flatMap((at) => [
        driver.put(`f/${at}`, [Buffer.from('x')], { signal }),
        driver.delete(['f/gone'], { signal }),
      ]),
    )
    await Promise.all(
      rounds.flatMap((at) => [
        driver.delete([`f/${at}`], { signal }),
        driver.put(`f/new-${at}`, [], { signal }),
      ]),
    )

    expect((await keysOf(driver)).length).toBe(rounds.length)
  })
})

test('empty folders, such as those that WAL-G makes when it looks, are listed like others', async () => {
  const { root, driver } = open()
  mkdirSync(join(root, 'wal_005/deeper'), { recursive: true })
  await driver.put('basebackups_005/x', [], { signal })

  expect((await driver.list('', { signal, delimiter: '/' })).folders).toEqual([
    'basebackups_005/',
    'wal_005/',
  ])
  expect(await keysOf(driver)).toEqual(['basebackups_005/x'])
})

test('an object keeps its time in nanoseconds', async () => {
  const { driver } = open()
  await driver.put('x', [], { signal })

  const { modifiedNs, modifiedAt } = await driver.head('x', { signal })

  expect(Number(modifiedNs! / 1_000_000n)).toBe(Math.floor(modifiedAt.getTime()))
})

/** A file system of its own; only root can have one. */
function lacksMount(): string | undefined {
  if (!isRoot) return 'only root can mount'
  const probe = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt'])
  return probe.status === 0 ? undefined : 'mounting is not allowed here'
}

function mounted(options: string): string {
  const folder = temporaryFolder()
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  onTestFinished(() => {
    spawnSync('umount', ['-l', folder])
  })
  return folder
}

describeOptional('a file system', lacksMount(), () => {
  test('that is full is reported, and nothing is left', async () => {
    const root = mounted('size=256k')
    const driver = new FsDriver(root)

    await expect(driver.put('x', [randomBytes(1_000_000)], { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_FULL',
    })

    expect(readdirSync(root)).toEqual([])
    await driver.put('small', [randomBytes(1000)], { signal })
  })

  test('that is read-only is reported', async () => {
    const root = mounted('size=256k')
    spawnSync('mount', ['-o', 'remount,ro', root])

    await expect(new FsDriver(root).put('x', [], { signal })).rejects.toMatchObject({
      code: 'E_STORAGE_PERMISSION',
      message: 'unable to write x: the file system is mounted read-only',
    })
  })
})

test('a version that a killed process had claimed can be replaced a minute later', async () => {
  const root = temporaryFolder()
  const driver = new FsDriver(root)
  const { etag } = await driver.put('key', [Buffer.from('1')], { signal })
  const claim = await claimName(join(root, 'key'), etag ?? '')
  writeFileSync(claim, '')
  const replacing = () => driver.put('key', [Buffer.from('2')], { signal, ifMatch: etag ?? '' })

  await expect(replacing()).rejects.toMatchObject({ code: 'E_STORAGE_PRECONDITION' })
  const before = new Date(Date.now() - 61_000)
  utimesSync(claim, before, before)
  await replacing()

  expect(readdirSync(root)).toEqual(['key'])
  expect(readFileSync(join(root, 'key'), 'utf8')).toBe('2')
})

describe('lists of large folders', () => {
  /** Follows the cursors from page to page; `between` runs after each. */
  async function pages(
    driver: FsDriver,
    limit: number | undefined,
    between: (page: number) => void = () => {},
  ) {
    const keys: (readonly string[])[] = []
    let cursor: string | undefined
    do {
      const page = await driver.list('', {
        signal,
        ...(limit && { limit }),
        ...(cursor !== undefined && { cursor }),
      })
      keys.push(page.objects.map(({ key }) => key))
      cursor = page.nextCursor
      between(keys.length)
    } while (cursor !== undefined)
    return keys
  }

  test('come in pages, also for whoever sets no limit', async () => {
    const { root, driver } = open()
    const names = Array.from({ length: 1003 }, (_, at) => `f${String(at).padStart(5, '0')}`)
    for (const name of names) writeFileSync(join(root, name), '')

    const found = await pages(driver, undefined)

    expect(found.map(({ length }) => length)).toEqual([500, 500, 3])
    expect(found.flat()).toEqual(names)
  })

  test('go on where they were, although objects go and another list is made meanwhile', async () => {
    const { root, driver } = open()
    for (const name of ['a', 'b/1', 'b/2', 'c', 'd']) {
      mkdirSync(join(root, name, '..'), { recursive: true })
      writeFileSync(join(root, name), '')
    }
    const other = new FsDriver(root)

    const found = await pages(driver, 2, (page) => {
      if (page === 1) rmSync(join(root, 'b/2'))
    })
    const [first, second] = await Promise.all([pages(driver, 1), pages(driver, 2)])

    expect(found).toEqual([
      ['a', 'b/1'],
      ['c', 'd'],
    ])
    expect(first.flat()).toEqual(await keysOf(other))
    expect(second.flat()).toEqual(await keysOf(other))
  })

  test('are in the order of bytes, beyond the basic plane too', async () => {
    const { root, driver } = open()
    for (const name of ['\u{1f600}', '\uff01', 'z', 'ä']) writeFileSync(join(root, name), '')

    expect(await keysOf(driver)).toEqual(['z', 'ä', '\uff01', '\u{1f600}'])
  })
})
