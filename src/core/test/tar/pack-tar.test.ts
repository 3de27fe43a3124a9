import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { SLAB_BYTES, SlabPool } from '../../src/pipeline/slab-pool.js'
import { packTar, type TarSource } from '../../src/tar/pack-tar.js'
import { readTar } from '../../src/tar/tar-reader.js'
import { encodeTarHeader, type TarMember } from '../../src/tar/tar-writer.js'

const { signal } = new AbortController()

interface Wanted {
  readonly member: TarMember
  readonly content: Uint8Array
}

const file = (name: string, content: Uint8Array, more: Partial<TarMember> = {}): Wanted => ({
  member: { name, type: 'file', size: content.length, mode: 0o600, ...more },
  content,
})

/** Gives its content in pieces of changing length, as file systems may. */
function source({ member, content }: Wanted, closed: boolean[] = []): TarSource {
  let done = 0
  return {
    member,
    async read(into) {
      const piece = content.subarray(done, done + Math.max(1, Math.floor(into.length / 3)))
      into.set(piece)
      done += piece.length
      return piece.length
    },
    async close(isWhole) {
      closed.push(isWhole)
    },
  }
}

async function* each<T>(values: readonly T[]) {
  yield* values
}

/** The archive as a codec would take it: every slab goes back to the pool at once. */
async function packed(wanted: readonly Wanted[], slabs = 2): Promise<Buffer> {
  const pool = new SlabPool(slabs)
  const chunks: Buffer[] = []
  for await (const slab of packTar(each(wanted.map((one) => source(one))), pool, signal)) {
    chunks.push(Buffer.from(slab))
    pool.give(slab)
  }
  return Buffer.concat(chunks)
}

async function unpacked(archive: Uint8Array) {
  const members = []
  for await (const { name, type, size, mode, linkName, body } of readTar(each([archive]), 'archive')) {
    const hash = createHash('sha256')
    for await (const chunk of body) hash.update(chunk)
    members.push({ name, type, size, mode, linkName, sha256: hash.digest('hex') })
  }
  return members
}

describe('a packed archive', () => {
  test('comes back member by member, whatever sizes stand around the borders of slabs', async () => {
    const sizes = [
      0,
      1,
      511,
      512,
      513,
      SLAB_BYTES - 1024,
      SLAB_BYTES - 513,
      SLAB_BYTES,
      SLAB_BYTES + 1,
      3 * SLAB_BYTES,
    ]
    for (let round = 0; round < 20; round++) {
      const wanted = Array.from({ length: 12 }, (_, index) => {
        const size = Math.max(
          0,
          sizes[Math.floor(Math.random() * sizes.length)]! + Math.floor(Math.random() * 3) - 1,
        )
        return file(`/base/1/${index}`, randomBytes(Math.min(size, 3 * SLAB_BYTES)))
      })

      const members = await unpacked(await packed(wanted))

      expect(members.map(({ name, sha256 }) => [name, sha256])).toEqual(
        wanted.map(({ member, content }) => [
          member.name,
          createHash('sha256').update(content).digest('hex'),
        ]),
      )
    }
  })

  test('is what GNU tar unpacks: names, modes, links, long and odd names', async () => {
    const folder = temporaryFolder()
    const long = `/base/${'d'.repeat(90)}/${'f'.repeat(120)}`
    const wanted: Wanted[] = [
      { member: { name: '/base', type: 'directory', size: 0, mode: 0o700 }, content: new Uint8Array() },
      file('/base/plain', Buffer.from('plain'), { mode: 0o640 }),
      file(long, Buffer.from('long')),
      file('/base/größe', Buffer.from('umlaut')),
      {
        member: {
          name: '/base/link',
          type: 'symlink',
          size: 0,
          mode: 0o777,
          linkName: `/elsewhere/${'x'.repeat(120)}`,
        },
        content: new Uint8Array(),
      },
    ]
    writeFileSync(join(folder, 'a.tar'), await packed(wanted))

    execFileSync('tar', ['-xf', join(folder, 'a.tar'), '-C', folder], {
      stdio: ['ignore', 'ignore', 'ignore'],
    })

    expect(readFileSync(join(folder, 'base/plain'), 'utf8')).toBe('plain')
    expect(lstatSync(join(folder, 'base/plain')).mode & 0o777).toBe(0o640)
    expect(lstatSync(join(folder, 'base')).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(folder, long), 'utf8')).toBe('long')
    expect(readFileSync(join(folder, 'base/größe'), 'utf8')).toBe('umlaut')
    expect(readlinkSync(join(folder, 'base/link'))).toBe(`/elsewhere/${'x'.repeat(120)}`)
  })

  test('ends with two blocks of zeros, and is a multiple of a block long', async () => {
    const archive = await packed([file('/a', Buffer.from('x'))])

    expect(archive.length).toBe(512 + 512 + 1024)
    expect(archive.subarray(-1024).every((byte) => byte === 0)).toBe(true)
  })
})

test('sizes of 8 GiB and more, and large owners, stand in a PAX header', () => {
  const header = encodeTarHeader({
    name: '/big',
    type: 'file',
    size: 9 * 1024 ** 3,
    mode: 0o600,
    uid: 3_000_000_000,
  })

  expect(header.length).toBe(512 * 3)
  expect(header.subarray(512, 1024).toString()).toMatch(/^\d+ size=9663676416\n\d+ uid=3000000000\n/)
})

test('a content that ends too early fails the archive, and its source is closed as not whole', async () => {
  const closed: boolean[] = []
  const short = source(
    { member: file('/a', new Uint8Array(100)).member, content: new Uint8Array(60) },
    closed,
  )

  const packing = async () => {
    for await (const _ of packTar(each([short]), new SlabPool(2), signal));
  }

  await expect(packing()).rejects.toMatchObject({ code: 'E_TAR_INVALID' })
  expect(closed).toEqual([false])
})
