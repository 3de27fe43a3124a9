import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import { fingerprint, KnownHosts } from '../src/known-hosts/known-hosts.js'

const key = (type: 'ed25519' | 'ecdsa' = 'ed25519') => {
  const pair = ssh2.utils.generateKeyPairSync(type as 'ecdsa', { bits: 256 })
  const [name, base64] = pair.public.split(' ') as [string, string]
  return { line: `${name} ${base64}`, bytes: Buffer.from(base64, 'base64') }
}
const OURS = key()
const OTHER = key()
const ELLIPTIC = key('ecdsa')

test.each([
  ['a plain name', `host ${OURS.line}`, 22, 'known'],
  ['a list of names', `other,host,10.0.0.1 ${OURS.line}`, 22, 'known'],
  ['a comment behind it', `host ${OURS.line} root@host`, 22, 'known'],
  ['a pattern', `*.example,ho?t ${OURS.line}`, 22, 'known'],
  ['a pattern that excludes it', `*,!host ${OURS.line}`, 22, 'unknown'],
  ['another host', `hostess ${OURS.line}`, 22, 'unknown'],
  ['a dot is a dot', `h.st ${OURS.line}`, 22, 'unknown'],
  ['its port', `[host]:2222 ${OURS.line}`, 2222, 'known'],
  ['another port', `[host]:2222 ${OURS.line}`, 2223, 'unknown'],
  ['a port where the usual one is meant', `[host]:2222 ${OURS.line}`, 22, 'unknown'],
  ['no port where another is meant', `host ${OURS.line}`, 2222, 'known'],
  ['a key of the port and another without', `[host]:2222 ${OTHER.line}\nhost ${OURS.line}`, 2222, 'changed'],
  ['another key', `host ${OTHER.line}`, 22, 'changed'],
  ['another key and ours', `host ${OTHER.line}\nhost ${OURS.line}`, 22, 'known'],
  ['a key of another kind', `host ${ELLIPTIC.line}`, 22, 'changed'],
  ['a revoked key', `host ${OURS.line}\n@revoked * ${OURS.line}`, 22, 'revoked'],
  ['a revoked key of another host', `host ${OURS.line}\n@revoked elsewhere ${OURS.line}`, 22, 'revoked'],
  ['an authority', `@cert-authority * ${OURS.line}`, 22, 'unknown'],
  ['lines that are nonsense', `\n# host ${OURS.line}\nhost\nhost ssh-ed25519 AAAA\n`, 22, 'unknown'],
])('%s', (_what, text, port, kind) => {
  expect(new KnownHosts(text).judge('host', port, OURS.bytes).kind).toBe(kind)
})

test('names that ssh-keygen has hashed are found', () => {
  const file = join(temporaryFolder(), 'known_hosts')
  writeFileSync(file, `host ${OURS.line}\n[host]:2222 ${OTHER.line}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  const text = readFileSync(file, 'utf8')
  const known = new KnownHosts(text)

  expect(text).toMatch(/^\|1\|/)
  expect(known.judge('host', 22, OURS.bytes).kind).toBe('known')
  expect(known.judge('host', 2222, OTHER.bytes).kind).toBe('known')
  expect(known.judge('host', 2222, OURS.bytes).kind).toBe('changed')
  expect(known.judge('hosts', 22, OURS.bytes).kind).toBe('unknown')
})

test('kinds of known keys are told, so that the server is asked for one of them', () => {
  const known = new KnownHosts(`host ${ELLIPTIC.line}\nhost ${OURS.line}\nother ${OTHER.line}`)

  expect(known.keyTypes('host', 22)).toEqual(['ecdsa-sha2-nistp256', 'ssh-ed25519'])
})

test('a fingerprint is the one that ssh-keygen shows', () => {
  const file = join(temporaryFolder(), 'key.pub')
  writeFileSync(file, `${OURS.line}\n`)

  expect(execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' })).toContain(fingerprint(OURS.bytes))
})
