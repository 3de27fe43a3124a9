import { collect, randomBytes, streamOf } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { parallelBody, ReadingTurn } from '../src/parallel-body.js'

const reading = { fromBytes: 0, segmentBytes: 100, lanes: 3 }
const content = randomBytes(1_050)
const { signal } = new AbortController()

/** A body over the content, and what was asked of it. */
function bodyOf(
  options: {
    readonly turn?: ReadingTurn
    readonly start?: number
    readonly signal?: AbortSignal
    readonly fails?: (offset: number) => unknown
  } = {},
) {
  const { turn = new ReadingTurn(), start = 0, fails = () => undefined } = options
  const seen = { offsets: [] as number[], most: 0, isHeadEnded: false, aborted: 0 }
  let open = 0
  async function* head() {
    try {
      yield* streamOf(content.subarray(start), 30)
    } finally {
      seen.isHeadEnded = true
    }
  }
  const body = parallelBody(head(), {
    reading,
    turn,
    signal: options.signal ?? signal,
    start,
    end: content.length,
    async open({ offset, length = 0 }, ownSignal) {
      seen.offsets.push(offset)
      seen.most = Math.max(seen.most, ++open)
      ownSignal.addEventListener('abort', () => seen.aborted++)
      // Later ranges come earlier.
      await new Promise((resolve) => setTimeout(resolve, 20 - (offset % 7)))
      open--
      ownSignal.throwIfAborted()
      const error = fails(offset)
      if (error) throw error
      return streamOf(content.subarray(offset, offset + length), 40)
    },
  })
  return { body, seen, turn }
}

describe('a large body', () => {
  test.each([0, 333])('from %d is the same in ranges, in order, so many at once', async (start) => {
    const { body, seen } = bodyOf({ start })

    const read = await collect(body)

    expect(Buffer.from(read).equals(content.subarray(start))).toBe(true)
    expect(seen.most).toBe(reading.lanes)
    expect(seen.offsets).toEqual([...seen.offsets].sort((a, b) => a - b))
    expect(seen.isHeadEnded).toBe(true)
  })

  test('stays one stream while another one has its turn, and has it afterwards', async () => {
    const turn = new ReadingTurn()
    const endTurn = turn.take()
    const first = bodyOf({ turn })
    expect(Buffer.from(await collect(first.body)).equals(content)).toBe(true)
    expect(first.seen.offsets).toEqual([])

    endTurn?.()
    const second = bodyOf({ turn })
    await collect(second.body)
    expect(second.seen.offsets).not.toEqual([])
    expect(turn.take()).toBeDefined()
  })

  test('fails where a range fails, after everything before it', async () => {
    const error = new Error('cut')
    const { body, turn } = bodyOf({ fails: (offset) => (offset > 400 ? error : undefined) })
    let got = 0

    const reading = (async () => {
      for await (const chunk of body) got += chunk.length
    })()

    await expect(reading).rejects.toBe(error)
    expect(got).toBeGreaterThan(400)
    expect(turn.take()).toBeDefined()
  })

  test('that is left ends its ranges and its turn', async () => {
    const { body, seen, turn } = bodyOf()
    let got = 0

    for await (const chunk of body) {
      got += chunk.length
      if (got > 300) break
    }

    expect(seen.aborted).toBeGreaterThan(0)
    expect(seen.isHeadEnded).toBe(true)
    expect(turn.take()).toBeDefined()
  })

  test('that is aborted ends with the reason', async () => {
    const abort = new AbortController()
    const { body } = bodyOf({ signal: abort.signal })
    let got = 0

    const reading = (async () => {
      for await (const chunk of body) {
        got += chunk.length
        if (got > 300) abort.abort(new Error('enough'))
      }
    })()

    await expect(reading).rejects.toThrow('enough')
  })
})
