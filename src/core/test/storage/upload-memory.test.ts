import { expect, test } from 'vitest'
import { UploadMemory } from '../../src/storage/upload-memory.js'

const settled = async (promise: Promise<unknown>) =>
  await Promise.race([
    promise.then(() => true),
    new Promise((resolve) => setTimeout(() => resolve(false), 5)),
  ])

test('what is there is given at once, what is not when it is free again', async () => {
  const memory = new UploadMemory(100)
  const first = await memory.take(60)
  const second = memory.take(60)

  expect(await settled(second)).toBe(false)
  first()
  expect(await settled(second)).toBe(true)
})

test('who asks later does not overtake', async () => {
  const memory = new UploadMemory(100)
  const first = await memory.take(80)
  const large = memory.take(90)
  const small = memory.take(10)

  expect(await settled(small)).toBe(false)
  first()
  expect(await settled(large)).toBe(true)
  expect(await settled(small)).toBe(true)
})

test('who wants more than there is gets all of it', async () => {
  const memory = new UploadMemory(100)
  const all = await memory.take(5000)
  const next = memory.take(1)

  expect(await settled(next)).toBe(false)
  all()
  all()
  expect(await settled(next)).toBe(true)
  expect(await settled(memory.take(100))).toBe(false)
})
