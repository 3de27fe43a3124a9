import { createHash } from 'node:crypto'
import { openStorage, readObject, writeObject } from '@walg/core'
import type { ByteStream, CodecOptions, Compressor, Crypter } from '@walg/sdk'
import {
  collect,
  FaultPlan,
  type FaultRule,
  MemoryDriver,
  randomBytes,
  streamOf,
  withFaults,
} from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../manual-clock.js'
import { silentLog } from '../silent-log.js'

const signal = new AbortController().signal
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Turns every byte over and puts a letter in front, so that each layer can be seen. */
function layer(id: string, mask: number) {
  const forward = async function* (source: ByteStream, o: CodecOptions): ByteStream {
    yield Buffer.from(id)
    for await (const chunk of source) {
      yield chunk.map((byte) => byte ^ mask)
      o.recycle?.(chunk)
    }
  }
  const back = async function* (source: ByteStream): ByteStream {
    const bytes = await collect(source)
    if (String.fromCharCode(bytes[0] ?? 0) !== id) throw new Error(`not of layer ${id}`)
    yield bytes.subarray(1).map((byte) => byte ^ mask)
  }
  return { forward, back }
}

const c = layer('c', 0x0f)
const e = layer('e', 0xf0)
const compressor: Compressor = { id: 'c', extension: 'c', compress: c.forward, decompress: c.back }
const crypter: Crypter = { id: 'e', encrypt: e.forward, decrypt: e.back }

function open(rules: readonly FaultRule[] = []) {
  const driver = new MemoryDriver()
  const storage = openStorage(withFaults(driver, new FaultPlan(rules)), {
    name: 'default',
    clock: new ManualClock(),
    log: silentLog,
  })
  return { driver, storage }
}

const options = { signal, concurrency: 2 }

test('an object is compressed first, then encrypted, and reads back', async () => {
  const { storage } = open()
  const bytes = randomBytes(200_000)

  const stored = await writeObject(storage, 'k', streamOf(bytes), { ...options, compressor, crypter })

  const raw = await storage.readAll('k', { signal })
  expect(String.fromCharCode(raw[0]!)).toBe('e')
  expect(stored).toEqual({ key: 'k', size: raw.length, sha256: sha256(raw), plainBytes: 200_000 })
  const read = await collect(readObject(storage, 'k', { ...options, compressor, crypter, expected: stored }))
  expect(Buffer.compare(read, bytes)).toBe(0)
})

describe.each([
  ['compressed', { compressor }],
  ['encrypted', { crypter }],
  ['compressed and encrypted', { compressor, crypter }],
  ['stored as they are', {}],
] as const)('source chunks that are %s', (_how, layers) => {
  test('are given back, each once, and may be written over', async () => {
    const { storage } = open()
    const bytes = randomBytes(300_000)
    const recycled: Uint8Array[] = []
    const recycle = (chunk: Uint8Array) => {
      recycled.push(chunk)
      chunk.fill(0)
    }

    await writeObject(storage, 'k', streamOf(bytes), { ...options, ...layers, recycle })

    expect(recycled.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(bytes.length)
    expect(Buffer.compare(await collect(readObject(storage, 'k', { ...options, ...layers })), bytes)).toBe(0)
  })
})

describe('an object that is not what was stored', () => {
  const proof = { size: 100_000, sha256: sha256(randomBytes(100_000)) }

  async function read(rules: readonly FaultRule[], expected = proof) {
    const { driver, storage } = open(rules)
    await driver.put('k', [randomBytes(100_000)], { signal })
    return await collect(readObject(storage, 'k', { ...options, expected }))
  }

  test('is refused for one wrong bit', async () => {
    const reading = read([{ call: 'get', fault: { kind: 'flip', atByte: 99_999 } }])

    await expect(reading).rejects.toMatchObject({ code: 'E_INTEGRITY_CHECKSUM' })
  })

  test('is refused for its size', async () => {
    await expect(read([], { ...proof, size: 99_999 })).rejects.toMatchObject({ code: 'E_INTEGRITY_SIZE' })
  })

  test('is accepted when it is', async () => {
    expect(await read([])).toHaveLength(100_000)
  })
})

test('nothing is stored when the source fails', async () => {
  const { driver, storage } = open()
  const broken = async function* (): ByteStream {
    yield randomBytes(100)
    throw new Error('the source broke')
  }

  await expect(writeObject(storage, 'k', broken(), options)).rejects.toThrow('the source broke')

  expect([driver.keys, driver.openUploads]).toEqual([[], 0])
})
