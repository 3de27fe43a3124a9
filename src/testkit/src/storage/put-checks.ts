import assert from 'node:assert/strict'
import { isWalgError } from '@walg/sdk'
import { rejectsWith, sameBytes } from '../assertions.js'
import { randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck } from './storage-env.js'

/** Azure stores it as `/`; to refuse it is then better than to store another name. */
const MAY_BE_REFUSED = 'back\\slash'

export const putChecks: readonly StorageCheck[] = [
  {
    name: 'a stored object reads back byte for byte, whatever its size',
    async run(env) {
      for (const size of [0, 1, 8192, 65_536, 1_048_576, 1_048_577, 3_000_000]) {
        const bytes = randomBytes(size, size)
        const info = await env.driver.put(`sizes/${size}`, [bytes], { signal: env.signal })

        assert.equal(info.size, size)
        sameBytes(await readObject(env, `sizes/${size}`), bytes, `object of ${size} bytes`)
      }
    },
  },
  {
    name: 'a body in several buffers is stored in their order',
    async run(env) {
      const buffers = [randomBytes(70_000, 1), new Uint8Array(), randomBytes(1, 2), randomBytes(9_000, 3)]

      await env.driver.put('buffers', buffers, { signal: env.signal })

      sameBytes(await readObject(env, 'buffers'), Buffer.concat(buffers), 'object of several buffers')
    },
  },
  {
    name: 'a second put takes the place of the first, also with a shorter body',
    async run(env) {
      await env.driver.put('twice', [randomBytes(50_000)], { signal: env.signal })
      await env.driver.put('twice', [randomBytes(10, 2)], { signal: env.signal })

      sameBytes(await readObject(env, 'twice'), randomBytes(10, 2), 'object put twice')
    },
  },
  {
    name: 'the buffers of a body are left as they were',
    async run(env) {
      const bytes = randomBytes(20_000)

      await env.driver.put('unchanged', [bytes], { signal: env.signal })

      sameBytes(bytes, randomBytes(20_000), 'buffer that was stored')
    },
  },
  {
    name: 'the etag changes with the content',
    async run(env) {
      const first = await env.driver.put('etag', [randomBytes(100, 1)], { signal: env.signal })
      const second = await env.driver.put('etag', [randomBytes(100, 2)], { signal: env.signal })
      if (first.etag === undefined) return

      assert.notEqual(first.etag, second.etag)
    },
  },
  {
    name: 'unusual names are kept as they are',
    async run(env) {
      const keys = [
        'a b',
        'a+b',
        'a%20b',
        '100%',
        'a#b',
        'a?b=c&d',
        'ä/ö.ü',
        'tab\there',
        "it's",
        '-leading',
        '.hidden',
        'a%2Fb',
        'a..b',
        '...',
        MAY_BE_REFUSED,
        '*?[x]{y}',
        '"quoted" <x> & y',
        'a:b,c;d=e@f!(g)$h~^|',
        ' spaces around ',
        '象🐘',
        `${'deep/'.repeat(20)}below`,
        'long'.repeat(50),
      ]
      const refused: string[] = []
      for (const key of keys) {
        try {
          await env.driver.put(`names/${key}`, [Buffer.from(key)], { signal: env.signal })
        } catch (error) {
          if (key !== MAY_BE_REFUSED || !isWalgError(error, 'E_STORAGE_KEY')) throw error
          refused.push(key)
        }
      }

      const kept = keys.filter((key) => !refused.includes(key))
      for (const key of kept) sameBytes(await readObject(env, `names/${key}`), Buffer.from(key), key)
      const { objects } = await env.driver.list('names/', { signal: env.signal })
      assert.deepEqual(objects.map((info) => info.key).sort(), kept.map((key) => `names/${key}`).sort())
    },
  },
  {
    name: 'a put that is aborted before it begins leaves nothing',
    async run(env) {
      const put = env.driver.put('aborted', [randomBytes(10)], { signal: AbortSignal.abort() })

      await assert.rejects(put)
      await rejectsWith('E_STORAGE_NOT_FOUND', () => env.driver.head('aborted', { signal: env.signal }))
    },
  },
]
