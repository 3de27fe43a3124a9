import { WalgError } from '@walg/sdk'
import { beforeEach, describe, expect, test } from 'vitest'
import { type CopyRequest, planCopy } from '../../src/copy/plan-copy.js'
import { runCopy } from '../../src/copy/run-copy.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { testContext } from '../support/test-context.js'

const MiB = 1024 * 1024
const FULL = 'base_000000010000000000000002'
const DELTA = 'base_000000010000000000000004_D_000000010000000000000002'
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  [FULL]: [...partsOf(FULL), wal(2), wal(3)],
  [DELTA]: [...partsOf(FULL), ...partsOf(DELTA), sentinelOf(FULL), wal(4), wal(5)],
}

let source: MemoryDriver
let target: MemoryDriver

function wal(segment: number): string {
  return `wal_005/00000001000000000000000${segment}.lz4`
}

function sentinelOf(backup: string): string {
  return `basebackups_005/${backup}_backup_stop_sentinel.json`
}

function partsOf(backup: string): readonly string[] {
  return ['metadata.json', 'tar_partitions/part_001.tar.lz4'].map(
    (part) => `basebackups_005/${backup}/${part}`,
  )
}

function store(backup: string, first: number, parent?: string): void {
  const delta = `"DeltaLSN":1,"DeltaFrom":"${parent}","DeltaFullName":"${FULL}","DeltaCount":1`
  const [metadata = '', part = ''] = partsOf(backup)
  source.set(sentinelOf(backup), `{${parent ? delta : ''}}`)
  source.set(metadata, `{"start_lsn":${first * MiB + 40},"finish_lsn":${(first + 2) * MiB}}`)
  source.set(part, `part of ${backup}`)
}

beforeEach(() => {
  source = new MemoryDriver()
  target = new MemoryDriver()
  store(FULL, 2)
  store(DELTA, 4, FULL)
  for (let segment = 1; segment < 8; segment++) source.set(wal(segment), `wal ${segment}`)
  source.set('wal_005/00000002.history.lz4', 'history')
})

async function copy(request: Partial<CopyRequest> = {}) {
  const ctx = testContext({ default: source, other: target }, { WALG_PG_WAL_SIZE: '1' })
  const [from, to] = [await ctx.storageNamed('default'), await ctx.storageNamed('other')]
  const stages = await planCopy(ctx, from, { backup: undefined, withHistory: false, ...request })
  return await runCopy(ctx, from, to, stages)
}

async function copiedKeys(): Promise<readonly string[]> {
  return (await target.list('', { signal: new AbortController().signal })).objects.map(({ key }) => key)
}

describe('a copy', () => {
  test('of a delta takes its chain, its own WAL and the history files', async () => {
    await copy({ backup: DELTA })

    expect(await copiedKeys()).toEqual(
      [...NEEDED[DELTA]!, sentinelOf(DELTA), 'wal_005/00000002.history.lz4'].toSorted(),
    )
  })

  test('with history goes on to the end of the archive', async () => {
    await copy({ backup: DELTA, withHistory: true })

    expect(await copiedKeys()).toEqual(expect.arrayContaining([wal(6), wal(7)]))
    expect(await copiedKeys()).not.toContain(wal(3))
  })

  test('that is interrupted at any write shows no backup that is not there whole, and the next run completes it', async () => {
    let isWhole = false
    for (let writesBefore = 0; !isWhole; writesBefore++) {
      target = new MemoryDriver()
      const put = target.put.bind(target)
      let writes = 0
      target.put = async (key, body) => {
        if (writes++ >= writesBefore)
          throw new WalgError('E_STORAGE_UNAVAILABLE', 'unable to write: it broke')
        return await put(key, body)
      }
      isWhole = await copy().then(
        () => true,
        () => false,
      )

      const keys = await copiedKeys()
      for (const backup of [FULL, DELTA].filter((name) => keys.includes(sentinelOf(name)))) {
        expect(keys, `${backup} after ${writesBefore} writes`).toEqual(
          expect.arrayContaining([...NEEDED[backup]!]),
        )
      }
      target.put = put
      await copy()
      expect(await copiedKeys()).toEqual(expect.arrayContaining([sentinelOf(FULL), sentinelOf(DELTA)]))
    }
  })

  test('leaves out what the target holds already', async () => {
    await copy()

    expect(await copy()).toMatchObject({ copied: 0, bytes: 0 })
  })

  test.each(['other, longer content', 'WAL 4'])(
    'changes nothing when the target holds %j in its place',
    async (content) => {
      target.set(wal(4), content)

      await expect(copy()).rejects.toMatchObject({ code: 'E_COPY_CONFLICT' })
      expect(await copiedKeys()).toEqual([wal(4)])
    },
  )

  test.each([
    ['a segment that the backup needs', 5, {}],
    ['one of those after it, with history', 6, { withHistory: true }],
  ])('is refused without %s', async (_what, segment, request) => {
    source.remove(wal(segment))

    await expect(copy({ backup: DELTA, ...request })).rejects.toMatchObject({
      code: 'E_RECOVERY_WAL_MISSING',
    })
    expect(await copiedKeys()).toEqual([])
  })

  test('is refused while the backup below a delta is missing', async () => {
    source.remove(sentinelOf(FULL))

    await expect(copy({ backup: DELTA })).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
    expect(await copiedKeys()).toEqual([])
  })

  test('that reads back otherwise than it was written is an error', async () => {
    const put = target.put.bind(target)
    target.put = async (key) => await put(key, [Buffer.from('x')])

    await expect(copy()).rejects.toMatchObject({ code: 'E_INTEGRITY_CHECKSUM' })
  })
})
