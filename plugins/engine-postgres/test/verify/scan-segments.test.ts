import { expect, test } from 'vitest'
import { integrityStatus } from '../../src/verify/integrity-check.js'
import { type SegmentPlace, type SegmentRun, scanSegments } from '../../src/verify/scan-segments.js'
import { Random } from '../support/random.js'

const keyOf = ({ timelineId, segment }: SegmentPlace) => `${timelineId}/${segment}`

function scan(present: readonly string[], others: Partial<Parameters<typeof scanSegments>[0]> = {}) {
  const held = new Set(present)
  return scanSegments({
    from: { timelineId: 1, segment: 6n },
    oldest: 1n,
    switches: new Map(),
    mayBeDelayed: 0,
    mayBeUploading: 0,
    isThere: (place) => held.has(keyOf(place)),
    ...others,
  }).map(({ timelineId, first, last, status }) => `${timelineId}: ${first}-${last} ${status}`)
}

test('segments come oldest first, runs of one status together, without the one that is being written', () => {
  expect(scan(['1/1', '1/2', '1/5'])).toEqual(['1: 1-2 FOUND', '1: 3-4 MISSING_LOST', '1: 5-5 FOUND'])
})

test('the newest may be delayed up to the first that is there, then some may be on their way', () => {
  expect(scan(['1/4'], { mayBeDelayed: 3, mayBeUploading: 2 })).toEqual([
    '1: 1-1 MISSING_LOST',
    '1: 2-3 MISSING_UPLOADING',
    '1: 4-4 FOUND',
    '1: 5-5 MISSING_DELAYED',
  ])
})

test('a switch leads to the timeline before, from the segment in which it happened', () => {
  const switches = new Map([[4n, 1]])

  expect(
    scan(['1/1', '1/2', '1/3', '2/4', '2/5'], { from: { timelineId: 2, segment: 6n }, switches }),
  ).toEqual(['1: 1-3 FOUND', '2: 4-5 FOUND'])
})

test('a switch is passed over where the archive goes on with the same timeline', () => {
  const ignored: bigint[] = []

  const runs = scan(['2/1', '2/2', '2/3', '2/4', '2/5'], {
    from: { timelineId: 2, segment: 6n },
    switches: new Map([[4n, 1]]),
    ignored: (segment) => ignored.push(segment),
  })

  expect(runs).toEqual(['2: 1-5 FOUND'])
  expect(ignored).toEqual([4n])
})

test('every segment of random archives is in one run, with the status that it has', () => {
  const seed = Date.now() % 2 ** 32
  const random = new Random(seed)
  for (let round = 0; round < 500; round++) {
    const end = BigInt(1 + random.below(30))
    const held = new Set(
      [...Array(Number(end)).keys()].filter(() => random.below(10) < 7).map((at) => `1/${at}`),
    )
    const mayBeDelayed = random.below(3)
    const mayBeUploading = random.below(4)
    const runs = scanSegments({
      from: { timelineId: 1, segment: end },
      oldest: 0n,
      switches: new Map(),
      mayBeDelayed,
      mayBeUploading,
      isThere: (place) => held.has(keyOf(place)),
    })

    const statuses = runs.flatMap(({ first, last, status }) => Array(Number(last - first + 1n)).fill(status))
    expect(
      statuses.map((status) => status === 'FOUND'),
      `seed ${seed}`,
    ).toEqual([...Array(Number(end)).keys()].map((at) => held.has(`1/${at}`)))
    const lost = statuses.lastIndexOf('MISSING_LOST')
    const tolerated = statuses.filter((status) => /DELAYED|UPLOADING/.test(status)).length
    expect(tolerated, `seed ${seed}`).toBeLessThanOrEqual(mayBeDelayed + mayBeUploading)
    if (lost >= 0) expect(statuses.slice(0, lost).join(), `seed ${seed}`).not.toMatch(/DELAYED|UPLOADING/)
  }
})

test('what is missing fails the check, but for what lies before the archive begins while there is no backup', () => {
  const run = (status: SegmentRun['status']): SegmentRun => ({ timelineId: 1, first: 1n, last: 1n, status })

  expect(integrityStatus([run('MISSING_LOST'), run('FOUND')], true)).toBe('FAILURE')
  expect(integrityStatus([run('MISSING_LOST'), run('FOUND')], false)).toBe('WARNING')
  expect(integrityStatus([run('FOUND'), run('MISSING_LOST'), run('FOUND')], false)).toBe('FAILURE')
  expect(integrityStatus([run('FOUND'), run('MISSING_UPLOADING')], true)).toBe('WARNING')
  expect(integrityStatus([run('FOUND')], true)).toBe('OK')
  expect(integrityStatus([], true)).toBe('OK')
})
