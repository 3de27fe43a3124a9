import { expect, test } from 'vitest'
import { engineChooser } from '../src/choose-engine.js'
import type { ZstdEngine } from '../src/engine.js'

const [runtime, native] = [{}, {}] as [ZstdEngine, ZstdEngine]

async function chosen(choose: () => Promise<ZstdEngine>, times: number): Promise<readonly ZstdEngine[]> {
  const engines: ZstdEngine[] = []
  for (let time = 0; time < times; time++) engines.push(await choose())
  return engines
}

test('the first 64 MiB are left to the runtime, which needs no threads to start; the rest to the faster zstd-napi', async () => {
  const engines = await chosen(
    engineChooser(
      async () => runtime,
      async () => native,
    ),
    18,
  )

  expect(engines.map((engine) => (engine === runtime ? 'runtime' : 'native'))).toEqual([
    ...Array(16).fill('runtime'),
    'native',
    'native',
  ])
})

test('without a zstd of the runtime zstd-napi does all of it', async () => {
  const engines = await chosen(
    engineChooser(
      async () => undefined,
      async () => native,
    ),
    2,
  )

  expect(engines.every((engine) => engine === native)).toBe(true)
})

test('where zstd-napi is not built the runtime does all of it', async () => {
  const engines = await chosen(
    engineChooser(
      async () => runtime,
      () => Promise.reject(new Error('not built')),
    ),
    18,
  )

  expect(engines.every((engine) => engine === runtime)).toBe(true)
})

test('where there is neither, the error of zstd-napi says so', async () => {
  const choose = engineChooser(
    async () => undefined,
    () => Promise.reject(new Error('not built')),
  )

  await expect(choose()).rejects.toThrow('not built')
})
