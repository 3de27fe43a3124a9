import { isWalgError, WalgError } from '@walg/sdk'
import { expect, test } from 'vitest'

test('an error of another copy of the SDK is one, by its brand', () => {
  const foreign = Object.assign(new Error('x'), { code: 'E_USAGE' })
  Object.defineProperty(foreign, Symbol.for('walg.error'), { value: true })

  expect(isWalgError(foreign)).toBe(true)
  expect(isWalgError(foreign, 'E_USAGE')).toBe(true)
  expect(isWalgError(foreign, 'E_OTHER')).toBe(false)
})

test.each([undefined, null, 'E_USAGE', 7, new Error('x'), { code: 'E_USAGE' }])('%s is none', (value) => {
  expect(isWalgError(value)).toBe(false)
})

test('an error keeps code, details and cause, and is not retryable unless it says so', () => {
  const cause = new Error('below')
  const error = new WalgError('E_X', 'unable to x: y', { details: { key: 'k' }, cause })

  expect(error).toMatchObject({
    code: 'E_X',
    message: 'unable to x: y',
    retryable: false,
    details: { key: 'k' },
    cause,
  })
  expect(new WalgError('E_X', '', { retryable: true }).retryable).toBe(true)
  expect('cause' in new WalgError('E_X', '')).toBe(false)
})
