import { SLAB_BYTES, SlabPool } from '@walg/core'
import { expect, test } from 'vitest'

const signal = new AbortController().signal

test('no more slabs are made than the pool has', async () => {
  const pool = new SlabPool(2)
  const first = await pool.take(signal)
  const second = await pool.take(signal)
  pool.give(first)
  const third = await pool.take(signal)

  expect([first.length, second.length]).toEqual([SLAB_BYTES, SLAB_BYTES])
  expect(third.buffer).toBe(first.buffer)
})

test('a taker waits until a slab is given back; takers are served in turn', async () => {
  const pool = new SlabPool(1)
  const slab = await pool.take(signal)
  const order: string[] = []
  const one = pool.take(signal).then((got) => {
    order.push('one')
    pool.give(got)
  })
  const two = pool.take(signal).then(() => order.push('two'))
  await Promise.resolve()
  expect(order).toEqual([])

  pool.give(slab)
  await Promise.all([one, two])

  expect(order).toEqual(['one', 'two'])
})

test('a part of a slab stands for the whole', async () => {
  const pool = new SlabPool(1)
  const slab = await pool.take(signal)

  pool.give(slab.subarray(10, 20))

  expect((await pool.take(signal)).length).toBe(SLAB_BYTES)
})

test('buffers of others are ignored', async () => {
  const pool = new SlabPool(1)
  const slab = await pool.take(signal)
  pool.give(new Uint8Array(SLAB_BYTES))

  const next = pool.take(signal)
  pool.give(slab)

  expect((await next).buffer).toBe(slab.buffer)
})

test('a waiting taker can be aborted; the slab goes to the next', async () => {
  const pool = new SlabPool(1)
  const slab = await pool.take(signal)
  const abort = new AbortController()
  const aborted = pool.take(abort.signal)
  const next = pool.take(signal)

  abort.abort(new Error('enough'))
  pool.give(slab)

  await expect(aborted).rejects.toThrow('enough')
  expect((await next).buffer).toBe(slab.buffer)
})
