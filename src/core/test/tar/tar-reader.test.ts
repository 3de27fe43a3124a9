import { buffer } from 'node:stream/consumers'
import type { ByteStream } from '@walg/sdk'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { readTar } from '../../src/tar/tar-reader.js'
import { encodeTarHeader, TAR_END_BYTES, type TarMember, tarPadding } from '../../src/tar/tar-writer.js'

const CONTENT = Buffer.from('what PostgreSQL keeps in a file')
const END = Buffer.alloc(TAR_END_BYTES)

function member(name: string, content: Uint8Array = CONTENT, more: Partial<TarMember> = {}): Buffer {
  const header = encodeTarHeader({ name, type: 'file', size: content.length, mode: 0o600, ...more })
  return Buffer.concat([header, content, Buffer.alloc(tarPadding(content.length))])
}

/** The archive in chunks of these lengths, in turn. */
async function* chunked(archive: Uint8Array, ...lengths: readonly number[]): ByteStream {
  for (let at = 0, turn = 0; at < archive.length; turn++) {
    const length = lengths[turn % lengths.length] ?? archive.length
    yield archive.subarray(at, at + length)
    at += length
  }
}

async function read(source: ByteStream) {
  const entries: { name: string; type: string; mode: number; linkName: string; content: string }[] = []
  for await (const { name, type, mode, linkName, body } of readTar(source, 'part_001.tar')) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    entries.push({ name, type, mode, linkName, content: Buffer.concat(chunks).toString() })
  }
  return entries
}

const names = async (source: ByteStream) => (await read(source)).map(({ name }) => name)

describe('members', () => {
  test('come with name, type, mode and content, whatever the chunks of the source', async () => {
    const archive = Buffer.concat([
      member('/base', new Uint8Array(), { type: 'directory', mode: 0o700 }),
      member('/base/1/1259'),
      member('/link', new Uint8Array(), { type: 'symlink', linkName: '/elsewhere', mode: 0o777 }),
      member('backup_label', new Uint8Array(512)),
      END,
    ])
    const whole = await read(chunked(archive, archive.length))

    expect(whole.map(({ name, type, mode }) => [name, type, mode])).toEqual([
      ['/base', 'directory', 0o700],
      ['/base/1/1259', 'file', 0o600],
      ['/link', 'symlink', 0o777],
      ['backup_label', 'file', 0o600],
    ])
    expect(whole[1]?.content).toBe(CONTENT.toString())
    expect(whole[2]?.linkName).toBe('/elsewhere')
    for (const lengths of [[1], [7], [511], [512], [513], [1000, 3]]) {
      expect(await read(chunked(archive, ...lengths))).toEqual(whole)
    }
  })

  test('their content is never copied', async () => {
    const archive = Buffer.concat([member('a'), END])
    for await (const { body } of readTar(chunked(archive), 'a.tar')) {
      for await (const chunk of body) expect(chunk.buffer).toBe(archive.buffer)
    }
  })

  test('content that nobody reads, or only begins to, is skipped', async () => {
    const archive = Buffer.concat([member('a'), member('b', Buffer.alloc(5000)), member('c'), END])
    const seen: string[] = []
    for await (const { name, body } of readTar(chunked(archive, 100), 'a.tar')) {
      seen.push(name)
      if (name === 'b') for await (const chunk of body) if (chunk.length > 0) break
    }

    expect(seen).toEqual(['a', 'b', 'c'])
  })

  test('long and non-ASCII names, as Go and GNU tar write them', async () => {
    const long = `/base/${'x'.repeat(300)}`
    const archive = Buffer.concat([member(long), member('/Ähre'), gnuLongName(long), member('short'), END])

    expect(await names(chunked(archive))).toEqual([long, '/Ähre', long])
  })

  test('a global PAX header counts for all that follow', async () => {
    const archive = Buffer.concat([extended('g', '13 path=/all\n'), member('a'), member('b'), END])

    expect(await names(chunked(archive))).toEqual(['/all', '/all'])
  })

  test('a size beyond the octal field', async () => {
    const size = 9 * 1024 ** 3
    const archive = encodeTarHeader({ name: 'huge', type: 'file', size, mode: 0o600 })

    for await (const entry of readTar(chunked(archive), 'a.tar')) {
      expect(entry.size).toBe(size)
      break
    }
  })

  test('what another writer of tar archives makes', async () => {
    const stream = pack()
    stream.entry({ name: `${'d'.repeat(90)}/${'f'.repeat(90)}`, mode: 0o640 }, 'one')
    stream.entry({ name: 'folder/', type: 'directory', mode: 0o750 })
    stream.entry({ name: 'link', type: 'symlink', linkname: 'ünd so' })
    stream.finalize()

    expect(await read(chunked(await buffer(stream), 300))).toEqual([
      {
        name: `${'d'.repeat(90)}/${'f'.repeat(90)}`,
        type: 'file',
        mode: 0o640,
        linkName: '',
        content: 'one',
      },
      { name: 'folder/', type: 'directory', mode: 0o750, linkName: '', content: '' },
      { name: 'link', type: 'symlink', mode: 0o644, linkName: 'ünd so', content: '' },
    ])
  })
})

describe('the end', () => {
  const two = Buffer.concat([member('a'), member('b')])

  test('only zeros may follow the end marker', async () => {
    const padded = Buffer.concat([two, END, Buffer.alloc(9000)])

    expect(await names(chunked(padded, 700))).toEqual(['a', 'b'])
    for (const at of [two.length + 512, two.length + 1024, padded.length - 1]) {
      const archive = Buffer.from(padded)
      archive[at] = 1
      await expect(read(chunked(archive, 700))).rejects.toMatchObject({ code: 'E_TAR_INVALID' })
    }
  })

  test('cut anywhere, an archive ends well only between members or in the padding of the last', async () => {
    const endsWell = (bytes: number) => {
      const within = bytes % (two.length / 2)
      return bytes > 0 && (within === 0 || within >= 512 + CONTENT.length)
    }
    for (let bytes = 0; bytes <= two.length; bytes++) {
      const reading = read(chunked(two.subarray(0, bytes), 100))
      if (endsWell(bytes)) expect((await reading).length, `${bytes} bytes`).toBe(bytes > 1024 ? 2 : 1)
      else await expect(reading, `${bytes} bytes`).rejects.toMatchObject({ code: 'E_TAR_INVALID' })
    }
  })

  test('after a header that announces a name is none', async () => {
    await expect(read(chunked(gnuLongName('somewhere')))).rejects.toMatchObject({ code: 'E_TAR_INVALID' })
  })

  test('the source is closed when a reader stops early', async () => {
    let isClosed = false
    const source = async function* () {
      try {
        yield two
      } finally {
        isClosed = true
      }
    }
    for await (const _ of readTar(source(), 'a.tar')) break

    expect(isClosed).toBe(true)
  })
})

describe('damage', () => {
  test('any changed byte of a header is noticed', async () => {
    const archive = Buffer.concat([member('/base/1/1259'), END])
    for (let at = 0; at < 512; at++) {
      // What stands behind the digits of the checksum means nothing.
      if (at === 154 || at === 155) continue
      const damaged = Buffer.from(archive)
      damaged[at] = (damaged[at]! + 1) % 256
      await expect(read(chunked(damaged)), `byte ${at}`).rejects.toMatchObject({ code: 'E_TAR_INVALID' })
    }
  })

  test.each(['nonsense', '9 x=\n', '99 path=a\n', '7 path=a', '12 size=xyz\n'])(
    'PAX records that read %j are refused',
    async (records) => {
      const archive = Buffer.concat([extended('x', records), member('a'), END])

      await expect(read(chunked(archive))).rejects.toMatchObject({ code: 'E_TAR_INVALID' })
    },
  )

  test('an extension of absurd size is refused before it is read', async () => {
    const archive = withType(encodeTarHeader({ name: 'x', type: 'file', size: 2 ** 31, mode: 0o600 }), 'x')

    await expect(read(chunked(archive))).rejects.toThrow(/a header of 2147483648 bytes/)
  })
})

function withType(header: Buffer, type: string): Buffer {
  const difference = type.charCodeAt(0) - header[156]!
  header.write(type, 156)
  const sum = Number.parseInt(header.toString('latin1', 148, 154), 8) + difference
  header.write(sum.toString(8).padStart(6, '0'), 148)
  return header
}

function extended(type: string, text: string): Buffer {
  const content = Buffer.from(text)
  const header = encodeTarHeader({ name: 'extension', type: 'file', size: content.length, mode: 0o644 })
  return Buffer.concat([withType(header, type), content, Buffer.alloc(tarPadding(content.length))])
}

function gnuLongName(name: string): Buffer {
  return extended('L', `${name}\0`)
}
