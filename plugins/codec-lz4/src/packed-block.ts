import { PREFIX_BYTES } from './block-codec.js'

/** A block of a frame: the field of four bytes with its size, and the data, which come right after it. */
export class PackedBlock {
  readonly #field: Uint8Array<ArrayBuffer>
  readonly sizeField: number

  constructor(field: Uint8Array<ArrayBuffer>) {
    this.#field = field
    this.sizeField = viewOf(field).getUint32(0, true)
  }

  /**
   * Calls with the data behind its unpacked length, as lz4-napi wants it. Where field and data lie side by side, which is the rule, the
   * length stands in the place of the field for the time of the call: copying takes a fifth as long as unpacking.
   */
  withLength<T>(data: Uint8Array, unpackedBytes: number, call: (prefixed: Uint8Array) => T): T {
    const field = this.#field
    if (field.buffer !== data.buffer || field.byteOffset + PREFIX_BYTES !== data.byteOffset) {
      const prefixed = new Uint8Array(PREFIX_BYTES + data.length)
      viewOf(prefixed).setUint32(0, unpackedBytes, true)
      prefixed.set(data, PREFIX_BYTES)
      return call(prefixed)
    }
    const view = viewOf(field)
    view.setUint32(0, unpackedBytes, true)
    try {
      return call(new Uint8Array(field.buffer, field.byteOffset, PREFIX_BYTES + data.length))
    } finally {
      view.setUint32(0, this.sizeField, true)
    }
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
