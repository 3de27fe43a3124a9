import type { Compressor } from '@walg/sdk'
import { zstdCompressor } from '../src/compressor.js'
import type { ZstdEngine } from '../src/engine.js'
import { nativeEngine } from '../src/lazy/native-engine.js'
import { runtimeEngine } from '../src/runtime-engine.js'

export interface TestedEngine {
  readonly name: string
  readonly open: () => Promise<ZstdEngine>
  /** Why it is left out on this runtime. */
  readonly absent: string | undefined
}

let native: ZstdEngine | undefined

async function openRuntime(): Promise<ZstdEngine> {
  const engine = await runtimeEngine()
  if (!engine) throw new Error('this runtime has no zstd')
  return engine
}

/** Both of them, whichever the codec takes on this runtime. */
export const ENGINES: readonly TestedEngine[] = [
  {
    name: 'zstd-napi',
    open: async () => (native ??= nativeEngine()),
    absent: undefined,
  },
  {
    name: 'node:zlib',
    open: openRuntime,
    absent: (await runtimeEngine()) ? undefined : `node ${process.versions.node} has no zstd`,
  },
]

export function compressorOf(engine: TestedEngine, level = 3): Compressor {
  return zstdCompressor(() => level, engine.open)
}

/** Names tests so that a report shows what was left out, and why. */
export function titled(engine: TestedEngine): string {
  return engine.absent ? `${engine.name} (left out: ${engine.absent})` : engine.name
}
