import type { Transform } from 'node:stream'
import { throughTransform } from '@walg/sdk'
import { corrupt } from './damage.js'
import type { ZstdEngine } from './engine.js'
import { CHUNK_BYTES, FRAME_OVERHEAD_BYTES, WINDOW_LOG_MAX } from './frame-format.js'
import { unlessAborted } from './in-order.js'

interface ZstdOptions {
  readonly chunkSize: number
  readonly params: Readonly<Record<number, number>>
  readonly pledgedSrcSize?: number
  readonly maxOutputLength?: number
}
type Whole = (
  bytes: Uint8Array,
  options: ZstdOptions,
  done: (error: Error | null, result: Buffer) => void,
) => void

/** What node:zlib has from 22.15 on; the types are those of node 20. */
interface RuntimeZstd {
  readonly zstdCompress: Whole
  readonly zstdDecompress: Whole
  createZstdDecompress(options: ZstdOptions): Transform
  readonly constants: {
    readonly ZSTD_c_compressionLevel: number
    readonly ZSTD_c_checksumFlag: number
    readonly ZSTD_d_windowLogMax: number
  }
}

/** Of node:zlib. */
const LEAST_CHUNK_BYTES = 64

/** The zstd of node:zlib, which works on the thread pool; undefined where the runtime has none. */
export async function runtimeEngine(): Promise<ZstdEngine | undefined> {
  const zlib: unknown = await import('node:zlib')
  const { zstdCompress, zstdDecompress, createZstdDecompress, constants } = zlib as RuntimeZstd
  if (typeof zstdCompress !== 'function') return undefined
  const decompressParams = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX }

  return {
    async compress({ bytes, memory }, level, signal) {
      const frame = await whole(zstdCompress, bytes, signal, {
        // Room for all of it: each further chunk would be another turn of the thread pool.
        chunkSize: bytes.length + (bytes.length >>> 8) + FRAME_OVERHEAD_BYTES,
        pledgedSrcSize: bytes.length,
        params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
      })
      return { frame, memory }
    },

    async decompress(frame, mostBytes, signal) {
      // The room is not filled when a frame holds less than it might.
      const chunkSize = Math.max(mostBytes, LEAST_CHUNK_BYTES)
      try {
        return await whole(zstdDecompress, frame, signal, {
          chunkSize,
          maxOutputLength: chunkSize,
          params: decompressParams,
        })
      } catch (error) {
        throw damaged(error)
      }
    },

    async *decompressStream(frame, signal) {
      const transform = createZstdDecompress({ chunkSize: CHUNK_BYTES, params: decompressParams })
      try {
        yield* throughTransform(transform, frame, { signal, concurrency: 1 }).output
      } catch (error) {
        throw damaged(error)
      }
    },
  }
}

/** What comes out, in memory that is not much larger. */
async function whole(
  run: Whole,
  bytes: Uint8Array,
  signal: AbortSignal,
  options: ZstdOptions,
): Promise<Uint8Array> {
  const running = new Promise<Uint8Array>((resolve, reject) => {
    run(bytes, options, (error, result) => {
      if (error) reject(error)
      else resolve(result.length < options.chunkSize / 2 ? new Uint8Array(result) : result)
    })
  })
  return await unlessAborted(running, signal)
}

/** Errors of the source and of an abort come out as they are. */
function damaged(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string' && /^(ZSTD_error_|ERR_ZSTD|ERR_BUFFER_TOO_LARGE|Z_BUF_ERROR)/.test(code)) {
    return corrupt(`a frame is damaged (${(error as Error).message})`, error)
  }
  return error
}
