import { cryptCheck, parseCommandLine } from '@walg/core'
import { type ByteStream, type Crypter, WalgError } from '@walg/sdk'
import { MemoryDriver, operationContext } from '@walg/testkit'
import { describe, expect, test } from 'vitest'

const { signal } = new AbortController()
const MARK = 0x5a

/** Puts a mark in front of what it encrypts, and decrypts only what begins with it. */
const marking: Crypter = {
  id: 'marking',
  async *encrypt(source) {
    yield Uint8Array.of(MARK)
    yield* source
  },
  async *decrypt(source): ByteStream {
    let isFirst = true
    for await (const chunk of source) {
      if (isFirst && chunk[0] !== MARK) throw new WalgError('E_CRYPT_CORRUPT', 'unable to decrypt: no mark')
      yield isFirst ? chunk.subarray(1) : chunk
      isFirst = false
    }
  },
}

const onlyWriting: Crypter = {
  ...marking,
  // biome-ignore lint/correctness/useYield: it refuses before the first byte.
  async *decrypt() {
    throw new WalgError('E_CRYPT_KEY', 'there is no private key')
  },
}

async function check(driver: MemoryDriver, crypter: Crypter | undefined, args: readonly string[] = []) {
  const { input } = parseCommandLine(cryptCheck, [...args])
  return await cryptCheck.run(operationContext({}, { driver, ...(crypter && { crypter }) }), input)
}

/** Objects in the order in which they were stored. */
async function storage(objects: Readonly<Record<string, readonly number[]>>): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  for (const [key, bytes] of Object.entries(objects)) {
    await driver.put(key, [Uint8Array.from(bytes)], { signal })
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return driver
}

describe('crypt check', () => {
  test('opens the newest object, and no metadata', async () => {
    const driver = await storage({ 'wal_005/1': [1], 'wal_005/2': [MARK, 1, 2], 'sentinel.json': [123] })

    const { json, text } = await check(driver, marking)

    expect(json).toEqual({
      crypter: 'marking',
      encrypts: true,
      decrypts: true,
      object: { key: 'wal_005/2', bytes: 2 },
    })
    expect(text).toBe('crypter   marking\nencrypts  yes\ndecrypts  yes\nobject    wal_005/2, 2 bytes\n')
  })

  test('opens the object that is named, and says which does not open', async () => {
    const driver = await storage({ 'wal_005/1': [1], 'wal_005/2': [MARK, 1, 2] })

    await expect(check(driver, marking, ['wal_005/1'])).rejects.toMatchObject({
      code: 'E_CRYPT_CORRUPT',
      message: 'unable to open wal_005/1: unable to decrypt: no mark',
    })
  })

  test('has nothing to open in an empty repository', async () => {
    expect(await check(await storage({}), marking)).toMatchObject({ json: { decrypts: true, object: null } })
  })

  test('says why a host that only writes cannot read', async () => {
    const driver = await storage({ 'wal_005/2': [MARK, 1, 2] })

    expect(await check(driver, onlyWriting)).toMatchObject({
      json: { encrypts: true, decrypts: false, object: null },
      text: expect.stringContaining('decrypts  no: there is no private key\n'),
    })
  })

  test('fails when nothing is encrypted', async () => {
    await expect(check(await storage({}), undefined)).rejects.toMatchObject({ code: 'E_SETTING_MISSING' })
  })
})
