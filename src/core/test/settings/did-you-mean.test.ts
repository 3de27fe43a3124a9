import { nearest } from '@walg/core'
import { expect, test } from 'vitest'

const known = ['WALG_FILE_PREFIX', 'WALG_S3_PREFIX', 'WALG_UPLOAD_CONCURRENCY']

test.each([
  ['WALG_FILE_PREFX', 'WALG_FILE_PREFIX'],
  ['WALG_FILEPREFIX', 'WALG_FILE_PREFIX'],
  ['WALG_S4_PREFIX', 'WALG_S3_PREFIX'],
  ['WALG_UPLOAD_CONCURENCY', 'WALG_UPLOAD_CONCURRENCY'],
])('%s is nearest to %s', (name, meant) => {
  expect(nearest(name, known)).toBe(meant)
})

test('nothing is near to nonsense', () => {
  expect(nearest('WALG_ENTIRELY_DIFFERENT', known)).toBeUndefined()
})

test('of two the nearer one is meant, in whatever order they come', () => {
  expect(nearest('abcd', ['abxx', 'abcx'])).toBe('abcx')
  expect(nearest('abcd', ['abcx', 'abxx'])).toBe('abcx')
})
