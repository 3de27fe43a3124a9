import { API_VERSION, contributionOf, defineCompressor, defineEngine, defineStorage } from '@walg/sdk'
import { expect, test } from 'vitest'

test('a contribution says what it is and for which version of the contract', () => {
  const storage = defineStorage({
    id: 's',
    settings: {},
    open: async () => Promise.reject(new Error('unused')),
  })
  const engine = defineEngine({ id: 'e', settings: {}, operations: {} })

  expect(contributionOf(storage)).toEqual({ kind: 'storage', apiVersion: API_VERSION, id: 's' })
  expect(contributionOf(engine)).toEqual({ kind: 'engine', apiVersion: API_VERSION, id: 'e' })
})

test('a contribution of another copy of the SDK is told by its brand, not by identity', () => {
  const copy = JSON.parse(
    JSON.stringify(
      defineCompressor({ id: 'c', settings: {}, open: async () => Promise.reject(new Error('unused')) }),
    ),
  )

  expect(contributionOf(copy)).toEqual({ kind: 'compressor', apiVersion: API_VERSION, id: 'c' })
})

test.each([
  undefined,
  null,
  'storage',
  {},
  { kind: 'storage', id: 's', apiVersion: 1 },
  { brand: 'walg.plugin' },
])('%j is no contribution', (value) => {
  expect(contributionOf(value)).toBeUndefined()
})
