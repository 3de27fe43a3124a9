import type { Log } from '@walg/sdk'
import { MemoryDriver } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { awaitWal } from '../../src/push/await-wal.js'
import type { ArchiverView } from '../../src/server/archiver-view.js'
import { testContext } from '../support/test-context.js'

const MiB = 1024 * 1024
const { signal } = new AbortController()
const SEGMENTS = ['000000010000000000000002', '000000010000000000000003']

/** An archive that gets its segments as the waiter sleeps, and a server that says what a test wants. */
class Waiting {
  readonly driver = new MemoryDriver({}, false)
  readonly messages: string[] = []
  readonly #arrivals: readonly (string | undefined)[]
  #slept = 0
  #nowMs = 0

  constructor(arrivals: readonly (string | undefined)[]) {
    this.#arrivals = arrivals
  }

  async run(archiver: Partial<ArchiverView>, more: { isRequired?: boolean; timeoutMs?: number } = {}) {
    const log: Log = {
      debug() {},
      error() {},
      info: (message) => void this.messages.push(message),
      warn: (message) => void this.messages.push(message),
    }
    const base = testContext({ default: this.driver }, { WALG_PG_WAL_SIZE: '1' }, { log })
    const clock = {
      now: () => new Date(this.#nowMs),
      monotonicMs: () => this.#nowMs,
      sleep: async (ms: number) => {
        this.#nowMs += ms
        const name = this.#arrivals[this.#slept++]
        if (name !== undefined) await this.driver.put(`wal_005/${name}`, [Buffer.from('x')], { signal })
      },
    }
    const ctx = { ...base, clock }
    return await awaitWal(ctx, {
      archive: (await ctx.storage()).sub('wal_005'),
      timelineId: 1,
      startLsn: BigInt(2 * MiB + 40),
      finishLsn: BigInt(4 * MiB),
      segmentBytes: MiB,
      archiver: {
        mayArchive: async () => true,
        callsArchived: async () => false,
        failing: async () => undefined,
        ...archiver,
      },
      isRequired: more.isRequired ?? true,
      timeoutMs: more.timeoutMs ?? 60_000,
      signal,
    })
  }
}

describe('waiting for the WAL of a backup', () => {
  test('ends when every segment from start to finish has arrived', async () => {
    const { required, whyMissing } = await new Waiting([undefined, SEGMENTS[0], undefined, SEGMENTS[1]]).run(
      {},
    )

    expect(required).toEqual({
      timelineId: 1,
      firstSegment: SEGMENTS[0],
      lastSegment: SEGMENTS[1],
      waitingFor: undefined,
    })
    expect(whyMissing).toBeUndefined()
  })

  test('names the segment that the server calls archived and the repository has not', async () => {
    const { required, whyMissing } = await new Waiting([SEGMENTS[0]]).run({
      callsArchived: async (segment) => segment === SEGMENTS[1],
    })

    expect(required.waitingFor).toBe(SEGMENTS[1])
    expect(whyMissing).toContain('calls it archived')
  })

  test('looks once more before it believes that a segment is missing', async () => {
    const waiting = new Waiting([])
    const { required } = await waiting.run({
      callsArchived: async (segment) => {
        await waiting.driver.put(`wal_005/${segment}`, [Buffer.from('x')], { signal })
        return true
      },
    })

    expect(required.waitingFor).toBeUndefined()
  })

  test('does not wait where nobody archives', async () => {
    const { required, whyMissing } = await new Waiting([]).run({ mayArchive: async () => false })

    expect(required.waitingFor).toBe(SEGMENTS[0])
    expect(whyMissing).toContain('does not archive')
  })

  test('stops at the time limit, and has said before what the server fails at', async () => {
    const waiting = new Waiting([])

    const { required, whyMissing } = await waiting.run({ failing: async () => SEGMENTS[0] })

    expect(required.waitingFor).toBe(SEGMENTS[0])
    expect(whyMissing).toContain('time limit')
    expect(waiting.messages.join()).toContain(`fails to archive ${SEGMENTS[0]}`)
  })

  test('only names the segments where WAL is kept elsewhere', async () => {
    const { required } = await new Waiting([]).run({}, { isRequired: false })

    expect(required).toMatchObject({
      firstSegment: SEGMENTS[0],
      lastSegment: SEGMENTS[1],
      waitingFor: undefined,
    })
  })
})
