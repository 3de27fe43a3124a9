/** What sodium-native calls a view: memory, where it begins, and its length. */
type View = readonly [memory: ArrayBufferLike, offset: number, length: number]

/** The functions of libsodium's binary that are needed here; they give a negative number when they fail. */
interface Binary {
  readonly crypto_secretstream_xchacha20poly1305_STATEBYTES: number
  crypto_secretstream_xchacha20poly1305_init_push(...views: [...View, ...View, ...View]): number
  crypto_secretstream_xchacha20poly1305_init_pull(...views: [...View, ...View, ...View]): number
  crypto_secretstream_xchacha20poly1305_push(
    ...views: [...state: View, ...output: View, ...message: View, ...data: View, tag: number]
  ): number
  crypto_secretstream_xchacha20poly1305_pull(
    ...views: [...state: View, ...output: View, ...tag: View, ...sealed: View, ...data: View]
  ): number
}

/** Bytes before the first message. */
export const HEADER_BYTES = 24
/** What is added to a message. */
export const SEAL_BYTES = 17
export const TAG_MESSAGE = 0
export const TAG_FINAL = 3

const view = (bytes: Uint8Array): View => [bytes.buffer, bytes.byteOffset, bytes.length]
const NO_DATA = view(new Uint8Array())

/** Seals messages one after another. */
export interface Sealer {
  readonly header: Uint8Array
  /** `output` is `SEAL_BYTES` longer than `message`. */
  seal(message: Uint8Array, tag: number, output: Uint8Array): void
}

/** Opens messages in the order in which they were sealed. */
export interface Opener {
  /** Its tag; undefined when the message is not the one that was sealed. `output` is `SEAL_BYTES` shorter than `sealed`. */
  open(sealed: Uint8Array, output: Uint8Array): number | undefined
}

/** Secret streams of libsodium (XChaCha20-Poly1305). */
export interface SecretStreams {
  startSealing(key: Uint8Array): Sealer
  startOpening(key: Uint8Array, header: Uint8Array): Opener
}

/** Loads libsodium when the first object needs it. */
export async function secretStreams(): Promise<SecretStreams> {
  const binary = await loadBinary()
  const newState = () => Buffer.alloc(binary.crypto_secretstream_xchacha20poly1305_STATEBYTES)
  return {
    startSealing(key) {
      const state = view(newState())
      const header = Buffer.alloc(HEADER_BYTES)
      binary.crypto_secretstream_xchacha20poly1305_init_push(...state, ...view(header), ...view(key))
      return {
        header,
        seal(message, tag, output) {
          binary.crypto_secretstream_xchacha20poly1305_push(
            ...state,
            ...view(output),
            ...view(message),
            ...NO_DATA,
            tag,
          )
        },
      }
    },
    startOpening(key, header) {
      const state = view(newState())
      const tag = Buffer.alloc(1)
      binary.crypto_secretstream_xchacha20poly1305_init_pull(...state, ...view(header), ...view(key))
      return {
        open(sealed, output) {
          const length = binary.crypto_secretstream_xchacha20poly1305_pull(
            ...state,
            ...view(output),
            ...view(tag),
            ...view(sealed),
            ...NO_DATA,
          )
          return length < 0 ? undefined : tag[0]
        },
      }
    },
  }
}

/** Where sodium-native has its binary for this machine. */
const BINARY = `sodium-native/prebuilds/${process.platform}-${process.arch}/sodium-native.node`
/** The same functions, after a search for the binary. */
const SEARCH = 'sodium-native/binding.js'

/**
 * The binary has the functions that the entry of sodium-native gives out, without the search for it, which takes 25 ms: half of what a
 * start of node takes. They are called with checked lengths only, so the entry's checks are not missed. Its names may change, so the
 * version of sodium-native is pinned.
 */
async function loadBinary(): Promise<Binary> {
  try {
    return (await import(BINARY)) as Binary
  } catch {
    // Another layout of node_modules, or a build of the user's own: sodium-native finds it, or says what is wrong.
    const { default: binary } = (await import(SEARCH)) as { readonly default: Binary }
    return binary
  }
}
