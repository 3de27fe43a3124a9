import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { collect, pageLikeBytes, streamOf } from '@walg/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../../test/support/describe-with.js'
import { keyPath, openCrypter, openWithKey } from './open-crypter.js'

const options = { signal: new AbortController().signal, concurrency: 2 }

function lacksGpg(): string | undefined {
  try {
    execFileSync('gpg', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'there is no gpg program'
  }
}

describeWith('the gpg program', lacksGpg(), () => {
  // Sockets of its agent lie there: their paths must be short.
  const home = mkdtempSync('/tmp/gpg-')
  const former = process.env['GNUPGHOME']
  const gpg = (...args: string[]) =>
    execFileSync('gpg', ['--batch', '--quiet', '--trust-model', 'always', ...args], { maxBuffer: 2 ** 28 })
  const file = (name: string, content: Uint8Array) => {
    writeFileSync(join(home, name), content)
    return join(home, name)
  }
  const fingerprintOf = (name: string) =>
    /^fpr:+([0-9A-F]+)/m.exec(gpg('--with-colons', '--show-keys', keyPath(name)).toString())?.[1] ?? ''

  beforeAll(() => {
    process.env['GNUPGHOME'] = home
    for (const name of ['rsa', 'ed']) gpg('--import', keyPath(`${name}.sec.asc`))
  })
  afterAll(() => {
    execFileSync('gpgconf', ['--kill', 'all'])
    if (former === undefined) delete process.env['GNUPGHOME']
    else process.env['GNUPGHOME'] = former
    rmSync(home, { recursive: true, force: true })
  })

  test.each([0, 1, 511, 512, 262_138, 262_144, 1_000_000])('decrypts %i bytes of ours', async (size) => {
    const plain = pageLikeBytes(size)
    const stored = await collect((await openWithKey('rsa+ed.pub.asc')).encrypt(streamOf(plain), options))

    expect(gpg('-d', file('ours', stored)).equals(Buffer.from(plain))).toBe(true)
  })

  test('leaves line ends of ours as they are', async () => {
    const plain = Buffer.from('one\r\ntwo\r\n')
    const stored = await collect((await openWithKey('ed.pub.asc')).encrypt(streamOf(plain), options))

    expect(gpg('-d', file('lines', stored)).toString()).toBe(plain.toString())
  })

  test.each([
    ['--compress-algo', 'none'],
    ['--compress-algo', 'zip'],
    ['--cipher-algo', 'AES192'],
    ['--sign'],
  ])('writes what we read: %s %s', async (...flags) => {
    const plain = pageLikeBytes(3_000_000)
    const to = fingerprintOf('ed.pub.asc')
    gpg(...flags, '-r', to, '-o', join(home, 'theirs'), '--yes', '-e', file('plain', plain))
    const crypter = await openWithKey('ed.sec.asc')

    const content = await collect(crypter.decrypt(streamOf(readFileSync(join(home, 'theirs'))), options))

    expect(Buffer.from(plain).equals(content)).toBe(true)
  })

  test.each(['WALG_GPG_KEY_ID', 'WALE_GPG_KEY_ID', 'GPG_KEY_ID'])(
    'gives us the key of %s, for both ways',
    async (name) => {
      const crypter = await openCrypter({ [name]: fingerprintOf('ed.pub.asc') })
      const stored = await collect(crypter.encrypt(streamOf(Buffer.from('content')), options))

      expect(gpg('-d', file('by-id', stored)).toString()).toBe('content')
      expect((await collect(crypter.decrypt(streamOf(stored), options))).toString()).toBe('content')
    },
  )

  test('has no key of this id', async () => {
    const crypter = await openCrypter({ WALG_GPG_KEY_ID: 'DEADBEEFDEADBEEF' })

    await expect(collect(crypter.encrypt(streamOf(Buffer.from('content')), options))).rejects.toMatchObject({
      code: 'E_SETTING_INVALID',
      message: expect.stringContaining('nothing exported'),
    })
  })
})
