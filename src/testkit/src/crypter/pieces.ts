import { packed, type Transform } from '../transform/transform.js'

/** Lengths of plaintext that formats take for a block. */
const PIECES = [4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288, 1024 * 1024]

/** Where blocks of an encrypted object may lie, as far as its length gives that away. */
export interface Layout {
  readonly pieceBytes: number
  readonly starts: readonly { readonly start: number; readonly stride: number }[]
}

/**
 * An attack on blocks works best where they begin. Formats add the same number of bytes to each block, and have a header before the
 * first one; how much is seen by encrypting several lengths.
 */
export async function layoutsOf(way: Transform): Promise<readonly Layout[]> {
  const lengthOf = async (bytes: number) => (await packed(way, new Uint8Array(bytes))).length
  const empty = await lengthOf(0)
  const layouts: Layout[] = []
  for (const pieceBytes of PIECES) {
    const stride = (await lengthOf(3 * pieceBytes)) - (await lengthOf(2 * pieceBytes))
    const header = empty - (stride - pieceBytes)
    // An empty object may have an empty block, or none.
    const starts = [...new Set([0, empty, Math.max(header, 0)])].map((start) => ({ start, stride }))
    layouts.push({ pieceBytes, starts })
  }
  return layouts
}

/** What somebody who can write to the repository might do to the pieces of an object. */
export function changesOfPieces(stored: Uint8Array, start: number, stride: number) {
  const head = stored.subarray(0, start)
  const [first, second, third] = [0, 1, 2].map((at) =>
    stored.subarray(start + at * stride, start + (at + 1) * stride),
  ) as [Uint8Array, Uint8Array, Uint8Array]
  const rest = stored.subarray(start + 3 * stride)
  return [
    ['the first two change places', Buffer.concat([head, second, first, third, rest])],
    ['the second and the third change places', Buffer.concat([head, first, third, second, rest])],
    ['the first comes twice', Buffer.concat([head, first, first, second, third, rest])],
    ['the first takes the place of the second', Buffer.concat([head, first, first, third, rest])],
    ['the first is left out', Buffer.concat([head, second, third, rest])],
    ['the second is left out', Buffer.concat([head, first, third, rest])],
  ] as const
}
