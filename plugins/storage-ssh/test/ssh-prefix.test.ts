import { expect, test } from 'vitest'
import { parsePrefix } from '../src/ssh-prefix.js'

test.each([
  ['ssh://host/var/backup', { host: 'host', folder: '/var/backup' }],
  ['ssh://host//var/backup//', { host: 'host', folder: '/var/backup' }],
  ['ssh://Host.Example/a%20b', { host: 'host.example', folder: '/a b' }],
  ['ssh://host', { host: 'host', folder: '/' }],
  ['ssh://host:2222/x', { host: 'host', port: 2222, folder: '/x' }],
  ['ssh://backup@host/x', { host: 'host', username: 'backup', folder: '/x' }],
  ['ssh://[2001:db8::1]:2222/x', { host: '2001:db8::1', port: 2222, folder: '/x' }],
  ['ssh://host/x?query#fragment', undefined],
  ['host:/x', undefined],
  ['ssh:///x', undefined],
  ['ssh://host/%zz', undefined],
])('%s', (text, expected) => {
  if (expected) expect(parsePrefix(text)).toEqual(expected)
  else expect(() => parsePrefix(text)).toThrow(/^unable to open the storage WALG_SSH_PREFIX=/)
})

test('a password in the prefix is refused without being shown', () => {
  expect(() => parsePrefix('ssh://user:hunter2@host/x')).toThrow('a password belongs into SSH_PASSWORD')
  expect(() => parsePrefix('ssh://user:hunter2@host/x')).not.toThrow('hunter2')
})
