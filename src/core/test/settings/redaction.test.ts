import { expect, test } from 'vitest'
import { redacted, secretsIn } from '../../src/settings/redaction.js'

const isSecret = (name: string) => name.includes('KEY')

test('a secret is hidden as a whole', () => {
  expect(redacted('MY_KEY', 'abc', isSecret)).toBe('--HIDDEN--')
  expect(secretsIn('MY_KEY', 'abc', isSecret)).toEqual(['abc'])
})

test('the password in a URL is hidden, the rest is not', () => {
  const url = 'postgres://user:p%40ss@proxy:3128/x'

  expect(redacted('UPSTREAM', url, isSecret)).toBe('postgres://user:--HIDDEN--@proxy:3128/x')
  expect(secretsIn('UPSTREAM', url, isSecret)).toEqual(['p%40ss'])
})

test.each(['s3://bucket/path', 'http://host:80/a', '/a/path', 'user@host', '{not json'])(
  '%s is shown as it is',
  (text) => {
    expect(redacted('X', text, isSecret)).toBe(text)
    expect(secretsIn('X', text, isSecret)).toEqual([])
  },
)

test('secrets within a map are hidden by their names, in any case', () => {
  const text = '{"a":{"my_key":"abc","other":1}}'

  expect(redacted('X', text, isSecret)).toBe('{"a":{"my_key":"--HIDDEN--","other":1}}')
  expect(secretsIn('X', text, isSecret)).toEqual(['abc'])
})
