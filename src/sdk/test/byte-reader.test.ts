import { expect, test } from 'vitest'
import { ByteReader } from '../src/index.js'

async function* streamOf(...chunks: readonly Uint8Array[]) {
  yield* chunks
}
const bytes = (...values: readonly number[]) => Uint8Array.from(values)

test('bytes are read in wanted numbers, whatever the chunks are', async () => {
  const reader = new ByteReader(streamOf(bytes(1, 2), bytes(), bytes(3), bytes(4, 5, 6)))

  expect(await reader.read(1)).toEqual(bytes(1))
  expect(await reader.read(3)).toEqual(bytes(2, 3, 4))
  expect(await reader.readSome(9)).toEqual(bytes(5, 6))
  expect(await reader.readSome(9)).toBeUndefined()
})

test('fewer bytes come only at the end of the stream', async () => {
  const reader = new ByteReader(streamOf(bytes(1, 2), bytes(3)))

  expect(await reader.read(5)).toEqual(bytes(1, 2, 3))
  expect(await reader.read(5)).toEqual(bytes())
  expect(await reader.hasMore()).toBe(false)
})

test('memory of the caller is filled as far as the stream goes', async () => {
  const reader = new ByteReader(streamOf(bytes(1, 2), bytes(3)))
  const memory = new Uint8Array(4)

  expect(await reader.readInto(memory)).toBe(3)
  expect(memory).toEqual(bytes(1, 2, 3, 0))
})

test('bytes that one chunk has are not copied', async () => {
  const chunk = bytes(1, 2, 3)
  const reader = new ByteReader(streamOf(chunk))

  expect((await reader.read(2)).buffer).toBe(chunk.buffer)
})

test('numbers are read in either order, across chunks', async () => {
  const reader = new ByteReader(streamOf(bytes(1, 2), bytes(3, 0, 0, 0xff), bytes(0xff, 7)))

  expect(await reader.readNumber(3, 'big')).toBe(0x010203)
  expect(await reader.readNumber(4, 'little')).toBe(0xffff0000)
  expect(await reader.readNumber(2, 'little')).toBeUndefined()
})

test('what is read of a Buffer stays as it is', async () => {
  const chunk = Buffer.of(1, 2, 3, 4)
  const reader = new ByteReader(streamOf(chunk))

  expect(await reader.readNumber(4, 'little')).toBe(0x04030201)
  expect(chunk).toEqual(Buffer.of(1, 2, 3, 4))
})

test('skipping tells how many bytes there were', async () => {
  const reader = new ByteReader(streamOf(bytes(1, 2), bytes(3, 4)))

  expect(await reader.skip(3)).toBe(3)
  expect(await reader.read(1)).toEqual(bytes(4))
  expect(await reader.skip(3)).toBe(0)
})

test('a chunk is given back once, and not while bytes of it were read last', async () => {
  const [first, second] = [bytes(1, 2), bytes(3)]
  const given: Uint8Array[] = []
  const reader = new ByteReader(streamOf(first, second), { recycle: (chunk) => void given.push(chunk) })

  await reader.read(2)
  expect(await reader.hasMore()).toBe(true)
  expect(given).toEqual([])

  await reader.read(1)
  expect(given).toEqual([first])

  expect(await reader.hasMore()).toBe(false)
  await reader.read(1)
  expect(given).toEqual([first, second])
})

test('an abort is seen at the next chunk, with its own reason', async () => {
  const abort = new AbortController()
  const reader = new ByteReader(streamOf(bytes(1), bytes(2)), { signal: abort.signal })
  await reader.read(1)

  abort.abort(new Error('stopped by the test'))

  await expect(reader.read(1)).rejects.toThrow('stopped by the test')
})

test('closing ends the source', async () => {
  let isEnded = false
  const source = async function* () {
    try {
      yield bytes(1, 2)
    } finally {
      isEnded = true
    }
  }
  const reader = new ByteReader(source())
  await reader.read(1)

  await reader.close()

  expect(isEnded).toBe(true)
})
