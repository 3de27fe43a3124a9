import assert from 'node:assert/strict'
import type { MultipartDriver } from '@walg/sdk'
import { rejectsWith, sameBytes } from '../assertions.js'
import { randomBytes } from '../bytes.js'
import { readObject } from './read-object.js'
import type { StorageCheck, StorageEnv } from './storage-env.js'

/** Three parts, the last one short. */
function partsFor({ driver }: StorageEnv): readonly Uint8Array[] {
  const partBytes = Math.max(driver.capabilities.minPartBytes, 1024)
  return [randomBytes(partBytes, 1), randomBytes(partBytes, 2), randomBytes(100, 3)]
}

function check(
  name: string,
  run: (env: StorageEnv, multipart: MultipartDriver) => Promise<void>,
): StorageCheck {
  return {
    name,
    async run(env) {
      if (env.driver.multipart) await run(env, env.driver.multipart)
    },
  }
}

export const multipartChecks: readonly StorageCheck[] = [
  check(
    'parts become one object in the order of their numbers, in whatever order they were sent',
    async (env, multipart) => {
      const { signal } = env
      const parts = partsFor(env)
      const upload = await multipart.begin('parts', { signal })

      const sent = []
      for (const number of [3, 1, 2])
        sent.push(await multipart.uploadPart(upload, number, [parts[number - 1]!], { signal }))
      await multipart.complete(
        upload,
        sent.sort((a, b) => a.number - b.number),
        { signal },
      )

      sameBytes(await readObject(env, 'parts'), Buffer.concat(parts), 'object of parts')
    },
  ),
  check('nothing is seen before the upload is complete', async (env, multipart) => {
    const { driver, signal } = env
    const upload = await multipart.begin('unfinished', { signal })
    await multipart.uploadPart(upload, 1, [randomBytes(2000)], { signal })

    await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head('unfinished', { signal }))
    assert.deepEqual((await driver.list('', { signal })).objects, [])
    await multipart.abort(upload, { signal })
  }),
  check('an aborted upload leaves no object; aborting it again is fine', async (env, multipart) => {
    const { driver, signal } = env
    const upload = await multipart.begin('given-up', { signal })
    await multipart.uploadPart(upload, 1, [randomBytes(2000)], { signal })

    await multipart.abort(upload, { signal })
    await multipart.abort(upload, { signal })

    await rejectsWith('E_STORAGE_NOT_FOUND', () => driver.head('given-up', { signal }))
  }),
  check('a part that is sent again takes the place of the first', async (env, multipart) => {
    const { signal } = env
    const [first, second] = partsFor(env) as [Uint8Array, Uint8Array]
    const upload = await multipart.begin('sent-again', { signal })
    await multipart.uploadPart(upload, 1, [second], { signal })

    const part = await multipart.uploadPart(upload, 1, [first], { signal })
    await multipart.complete(upload, [part], { signal })

    sameBytes(await readObject(env, 'sent-again'), first, 'object of a part that was sent again')
  }),
  check('an upload completed with ifAbsent leaves what is there as it is', async (env, multipart) => {
    const { driver, signal } = env
    const upload = await multipart.begin('taken', { signal })
    const part = await multipart.uploadPart(upload, 1, [randomBytes(2000)], { signal })
    await driver.put('taken', [randomBytes(10)], { signal })

    await rejectsWith('E_STORAGE_EXISTS', () =>
      multipart.complete(upload, [part], { signal, ifAbsent: true }),
    )

    await multipart.abort(upload, { signal })
    sameBytes(await readObject(env, 'taken'), randomBytes(10), 'object that was there')
  }),
  check('two uploads of one key know nothing of each other', async (env, multipart) => {
    const { signal } = env
    const [one, two] = [await multipart.begin('both', { signal }), await multipart.begin('both', { signal })]
    const part = await multipart.uploadPart(one, 1, [randomBytes(2000, 1)], { signal })
    await multipart.uploadPart(two, 1, [randomBytes(2000, 2)], { signal })
    await multipart.abort(two, { signal })

    await multipart.complete(one, [part], { signal })

    sameBytes(await readObject(env, 'both'), randomBytes(2000, 1), 'object of the upload that was completed')
  }),
]
