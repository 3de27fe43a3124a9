import { type AloneHeader, MOST_DICTIONARY_BYTES, parseAloneHeader, withUnknownSize } from './alone-header.js'
import { Coder } from './coder.js'
import { type NativeStream, newNativeStream } from './native-stream.js'
import { type Reader, SizedReader, StreamReader } from './stream-reader.js'

/** The dictionary, and what liblzma needs beside it. */
const MEMORY_LIMIT = MOST_DICTIONARY_BYTES + 16 * 1024 * 1024
const XZ_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
/** Several streams in a row are one .xz file. */
const XZ_CONCATENATED = 8

/** A reader of what begins so, which has read this beginning. */
export async function openReader(head: Uint8Array): Promise<Reader> {
  if (XZ_MAGIC.equals(head.subarray(0, XZ_MAGIC.length))) {
    return await started(head, (native) => native.streamDecoder_(MEMORY_LIMIT, XZ_CONCATENATED))
  }
  const header = parseAloneHeader(head)
  const reader = await startedAlone(header.bytes)
  return header.size === undefined ? reader : await sizedReader(header, header.size, reader)
}

async function sizedReader(header: AloneHeader, size: bigint, sized: StreamReader): Promise<Reader> {
  return new SizedReader(Number(size), sized, await startedAlone(withUnknownSize(header)))
}

async function startedAlone(header: Uint8Array): Promise<StreamReader> {
  return await started(header, (native) => native.aloneDecoder_(MEMORY_LIMIT))
}

async function started(head: Uint8Array, begin: (native: NativeStream) => void): Promise<StreamReader> {
  const native = await newNativeStream()
  begin(native)
  const reader = new StreamReader(new Coder(native))
  // Shorter than any content needs: nothing comes of it yet.
  await reader.read(head)
  return reader
}
