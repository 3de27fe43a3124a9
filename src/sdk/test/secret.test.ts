import { format, inspect } from 'node:util'
import { Secret } from '@walg/sdk'
import { expect, test } from 'vitest'

const secret = new Secret('tiger-lily')

test.each([
  ['a template', `${secret}`],
  ['JSON', JSON.stringify({ secret, list: [secret] })],
  ['inspect', inspect({ secret }, { depth: 10, showHidden: true })],
  ['format', format('%s %j %o', secret, secret, secret)],
  ['concatenation', `x${String(secret)}`],
  ['its keys', JSON.stringify(Object.entries(secret))],
  ['an error', String(new Error(`${secret}`))],
])('%s does not show it', (_where, text) => {
  expect(text).not.toContain('tiger')
})

test('whoever needs it asks for it', () => {
  expect(secret.reveal()).toBe('tiger-lily')
})
