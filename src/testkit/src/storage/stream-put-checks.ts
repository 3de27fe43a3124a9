import assert from 'node:assert/strict'
import type { ByteStream } from '@walg/sdk'
import { rejection, rejectsWith, sameBytes } from '../assertions.js'
import { randomBytes, streamOf } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck, StorageEnv } from './storage-env.js'

/** The driver's way for streams of unknown length; checks pass without doing anything where there is none. */
function streamPut({ driver }: StorageEnv) {
  return driver.putStream?.bind(driver)
}

async function* brokenAfter(bytes: number, error: unknown): ByteStream {
  yield randomBytes(bytes)
  throw error
}

/** Nothing of the object, and nothing beside it. */
async function requireEmpty({ driver, signal }: StorageEnv, key: string): Promise<void> {
  await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head(key, { signal }))
  assert.deepEqual((await driver.list('', { signal })).objects, [])
}

export const streamPutChecks: readonly StorageCheck[] = [
  {
    name: 'a stream is stored whole, whatever the length of its chunks',
    async run(env) {
      const putStream = streamPut(env)
      if (!putStream) return
      for (const chunkBytes of [1_000, 65_536, 1_048_576]) {
        const bytes = randomBytes(2_500_000)
        await putStream(`stream-${chunkBytes}`, streamOf(bytes, chunkBytes), { signal: env.signal })

        sameBytes(await readObject(env, `stream-${chunkBytes}`), bytes, `stream in chunks of ${chunkBytes}`)
      }
    },
  },
  {
    name: 'a stream that fails leaves nothing, and its own error comes out',
    async run(env) {
      const putStream = streamPut(env)
      if (!putStream) return
      const broken = new Error('the source broke')

      const error = await rejection(() =>
        putStream('broken', brokenAfter(300_000, broken), { signal: env.signal }),
      )

      assert.equal(error, broken)
      await requireEmpty(env, 'broken')
    },
  },
  {
    name: 'a stream that is aborted half way leaves nothing',
    async run(env) {
      const putStream = streamPut(env)
      if (!putStream) return
      const abort = new AbortController()
      const endless = async function* (): ByteStream {
        for (let chunk = 0; ; chunk++) {
          if (chunk === 3) abort.abort()
          yield randomBytes(100_000, chunk)
        }
      }

      await rejection(() => putStream('aborted', endless(), { signal: abort.signal }))

      await requireEmpty(env, 'aborted')
    },
  },
  {
    name: 'an object is not seen while its stream is still coming',
    async run(env) {
      const putStream = streamPut(env)
      if (!putStream) return
      let seen: unknown
      const watched = async function* (): ByteStream {
        yield randomBytes(200_000)
        seen = await env.driver.head('watched', { signal: env.signal }).catch((error: unknown) => error)
        yield randomBytes(200_000, 2)
      }

      await putStream('watched', watched(), { signal: env.signal })

      await rejectsWith('E_STORAGE_NOT_FOUND', async () => {
        throw seen
      })
    },
  },
  {
    name: 'an empty stream is an empty object',
    async run(env) {
      const putStream = streamPut(env)
      if (!putStream) return

      const info = await putStream('nothing', streamOf(new Uint8Array()), { signal: env.signal })

      assert.equal(info.size, 0)
      assert.equal((await env.driver.head('nothing', { signal: env.signal })).size, 0)
    },
  },
  {
    name: 'a stream with ifAbsent leaves what is there as it is',
    async run(env) {
      const putStream = streamPut(env)
      if (!putStream) return
      await env.driver.put('kept', [randomBytes(100, 1)], { signal: env.signal })

      await rejectsWith('E_STORAGE_EXISTS', () =>
        putStream('kept', streamOf(randomBytes(200_000, 2)), { signal: env.signal, ifAbsent: true }),
      )

      sameBytes(await readObject(env, 'kept'), randomBytes(100, 1), 'object that was there')
    },
  },
]
