import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Log } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { FileSource, openFile, type ReadFile } from '../../src/push/file-source.js'

const { signal } = new AbortController()

function opened(content: Uint8Array) {
  const path = join(temporaryFolder(), 'relation')
  writeFileSync(path, content)
  const file = openFile(path)!
  const warnings: string[] = []
  const results: ReadFile[] = []
  const log: Log = { debug() {}, info() {}, error() {}, warn: (message) => void warnings.push(message) }
  const source = new FileSource({
    path,
    file,
    member: { name: '/relation', type: 'file', size: file.status.size, mode: 0o600 },
    signal,
    log,
    limiter: undefined,
    verifier: undefined,
    pageBytes: 8192,
    keepsAllCorruptBlocks: false,
    done: (result) => void results.push(result),
  })
  return { path, source, warnings, results }
}

async function readAll(source: FileSource, beforeLast: () => void = () => undefined): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let left = source.member.size; left > 0; ) {
    if (left <= 40_000) beforeLast()
    const into = Buffer.alloc(Math.min(left, 40_000))
    const count = await source.read(into)
    chunks.push(into.subarray(0, count))
    left -= count
  }
  await source.close(true)
  return Buffer.concat(chunks)
}

describe('the content of a file', () => {
  const content = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, index) => index % 251))

  test('is its bytes, with their size and CRC-32', async () => {
    const { source, results } = opened(content)

    expect((await readAll(source)).equals(content)).toBe(true)
    expect(results).toEqual([{ size: 100_000, crc32: crc32(content), corruptBlocks: undefined }])
  })

  test('is filled up with zeros where the file was cut off meanwhile', async () => {
    const { path, source, warnings, results } = opened(content)

    const read = await readAll(source, () => truncateSync(path, 90_000))

    const expected = Buffer.concat([content.subarray(0, 90_000), Buffer.alloc(10_000)])
    expect(read.equals(expected)).toBe(true)
    expect(results[0]?.crc32).toBe(crc32(expected))
    expect(warnings.join()).toContain('cut off')
  })

  test('ends where the file ended when it was opened', async () => {
    const { path, source } = opened(content)

    const read = await readAll(source, () => appendFileSync(path, 'more'))

    expect(read.equals(content)).toBe(true)
    expect(readFileSync(path).length).toBe(100_004)
  })
})

test('a file that is not there opens as nothing', () => {
  expect(openFile(join(temporaryFolder(), 'gone'))).toBeUndefined()
})

test('a file that may not be read is an error', () => {
  expect(() => openFile(join(temporaryFolder(), 'x'.repeat(300)))).toThrow(
    expect.objectContaining({ code: 'E_DATA_DIRECTORY' }),
  )
})
