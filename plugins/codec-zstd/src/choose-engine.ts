import type { ZstdEngine } from './engine.js'

/** What a WAL segment and a few more take: the runtime's zstd works at once, while worker threads take 25 ms to start. */
const FRAMES_WITHOUT_WORKERS = 16

/**
 * Which engine does the next frame. zstd-napi is the faster, on every version of node, but slow to start: so the first frames of a process
 * are left to the runtime's own zstd where it has one (from node 22.15), and all of them where zstd-napi is not built. Rejects where
 * there is neither.
 */
export function engineChooser(
  openRuntime: () => Promise<ZstdEngine | undefined>,
  openNative: () => Promise<ZstdEngine>,
): () => Promise<ZstdEngine> {
  let frames = 0
  let runtime: Promise<ZstdEngine | undefined> | undefined
  let native: Promise<ZstdEngine> | undefined
  return async () => {
    runtime ??= openRuntime()
    const own = await runtime
    if (own && frames++ < FRAMES_WITHOUT_WORKERS) return own
    native ??= openNative().catch((error: unknown) => {
      if (own) return own
      throw error
    })
    return await native
  }
}

export const zstdEngine = engineChooser(
  async () => await (await import('./runtime-engine.js')).runtimeEngine(),
  async () => (await import('./lazy/native-engine.js')).nativeEngine(),
)
