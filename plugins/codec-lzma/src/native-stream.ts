/**
 * A stream of liblzma, as the native half of lzma-native gives it. The JavaScript half is not used: its Transform takes several streams in a
 * row for one, and bytes after the end for nothing.
 */
export interface NativeStream {
  /**
   * Called on the main thread after a piece was worked on: once per packed or unpacked buffer, with `null` when the stream has ended or
   * failed, and at last with the number of pieces that were taken.
   */
  bufferHandler: (
    buffer: Uint8Array | null | undefined,
    taken: number | undefined,
    error: Error | null | undefined,
    bytesRead: number,
    bytesWritten: number,
  ) => void
  /** Copies the piece and works on it in a thread of libuv's pool. `null` says that none follows. */
  code(piece: Uint8Array | null, isAsync: true): void
  /** Frees what liblzma holds. Waits for the thread that works on a piece. */
  resetUnderlying(): void
  aloneEncoder(o: AloneEncoderOptions): void
  aloneDecoder_(memoryLimit: number): void
  streamDecoder_(memoryLimit: number, flags: number): void
}

export interface AloneEncoderOptions {
  readonly dictSize: number
  readonly lc: number
  readonly lp: number
  readonly pb: number
  readonly mode: number
  readonly mf: number
  readonly niceLen: number
  readonly depth: number
}

interface NativeLibrary {
  readonly Stream: new () => NativeStream
}

/** What a compiler of this machine made, and what lies ready in the package. */
const BINARIES = [
  'lzma-native/build/Release/lzma_native.node',
  `lzma-native/prebuilds/${process.platform}-${process.arch}/node.napi.node`,
]

/** Loads the native code when the first object needs it; its binary itself takes a tenth of the time of lzma-native's entry. */
export async function newNativeStream(): Promise<NativeStream> {
  const { Stream } = await nativeLibrary()
  return new Stream()
}

async function nativeLibrary(): Promise<NativeLibrary> {
  for (const binary of process.platform === 'linux' ? BINARIES : []) {
    try {
      return (await import(binary)) as NativeLibrary
    } catch {
      // Not there, or for another libc: lzma-native itself finds one, or says what is wrong.
    }
  }
  // @ts-expect-error: it has no types.
  const { default: library } = await import('lzma-native')
  return library as NativeLibrary
}
