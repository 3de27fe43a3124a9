import createXxHash, { type XXHashAPI } from 'xxhash-wasm'

/** A running xxHash32. */
export interface Hash32 {
  update(bytes: Uint8Array): void
  digest(): number
}

export interface XxHash32 {
  of(bytes: Uint8Array): number
  start(): Hash32
}

let loading: Promise<XxHash32> | undefined

/** The hash of LZ4 frames; its WebAssembly is made ready once, when first used. */
export function xxHash32(): Promise<XxHash32> {
  loading ??= createXxHash().then(adapted)
  return loading
}

function adapted(library: XXHashAPI): XxHash32 {
  return {
    of: (bytes) => library.h32Raw(bytes) >>> 0,
    start() {
      const state = library.create32()
      return {
        update: (bytes) => void state.update(bytes),
        digest: () => state.digest() >>> 0,
      }
    },
  }
}
