import { WalgError } from '@walg/sdk'
import type { MemberBytes } from './member-bytes.js'

/** The file as it was when the increment was made, and the pages of it that had changed. */
export interface IncrementHeader {
  /** Size of the whole file. */
  readonly fileBytes: number
  readonly pageBytes: number
  /** Numbers of the pages within the file, ascending; the pages follow in this order. */
  readonly blocks: Uint32Array
}

const SIGNATURE = [0x77, 0x69, 0x31, 0x55] as const
/** Place of the format's version within the signature. */
const VERSION_AT = 2
const HEADER_BYTES = 16
/** OrioleDB's files have pages of their own size, which stands before the number of blocks. */
const PAGE_SIZE_FIELD_BYTES = 2
const ORIOLEDB_FOLDER = /(?:^|\/)orioledb_data\//

/** Reads what stands before the pages. Rejects with `E_BACKUP_INVALID` what is no increment of exactly `memberBytes`. */
export async function readIncrementHeader(
  bytes: MemberBytes,
  path: string,
  memberBytes: number,
  pageBytes: number,
): Promise<IncrementHeader> {
  const isOrioleDb = ORIOLEDB_FOLDER.test(path)
  const headerBytes = HEADER_BYTES + (isOrioleDb ? PAGE_SIZE_FIELD_BYTES : 0)
  if (memberBytes < headerBytes) throw invalid(path, `it has only ${memberBytes} bytes`)
  const header = await bytes.read(headerBytes)
  requireSignature(header, path)
  const fileBytes = Number(header.readBigUInt64LE(4))
  const ownPageBytes = isOrioleDb ? header.readUInt16LE(12) : pageBytes
  const count = header.readUInt32LE(headerBytes - 4)
  const expected = headerBytes + count * (4 + ownPageBytes)
  if (memberBytes !== expected || ownPageBytes === 0) {
    throw invalid(
      path,
      `it has ${memberBytes} bytes; ${count} pages of ${ownPageBytes} bytes make ${expected}`,
    )
  }
  if (!Number.isSafeInteger(fileBytes)) throw invalid(path, `its file would have ${fileBytes} bytes`)
  const blocks = await readBlockNumbers(bytes, count, path)
  return { fileBytes, pageBytes: ownPageBytes, blocks }
}

function requireSignature(header: Buffer, path: string): void {
  const isSame = (at: number) => header[at] === SIGNATURE[at]
  if (![0, 1, 3].every(isSame)) throw invalid(path, 'invalid header')
  if (!isSame(VERSION_AT)) throw invalid(path, 'unknown header, of a newer version of the format')
}

async function readBlockNumbers(bytes: MemberBytes, count: number, path: string): Promise<Uint32Array> {
  const list = await bytes.read(count * 4)
  const blocks = new Uint32Array(count)
  for (let index = 0; index < count; index++) {
    const block = list.readUInt32LE(index * 4)
    if (index > 0 && block <= blocks[index - 1]!) {
      throw invalid(path, `block ${block} follows block ${blocks[index - 1]}`)
    }
    blocks[index] = block
  }
  return blocks
}

/** Pages that lie side by side in the file. */
export interface PageRun {
  readonly firstBlock: number
  readonly count: number
}

/** Takes the pages of an increment together where they adjoin, split where `kindOf` changes. */
export function* pageRuns<K>(
  blocks: Uint32Array,
  kindOf: (block: number) => K,
): Generator<PageRun & { readonly kind: K }> {
  for (let index = 0; index < blocks.length; ) {
    const firstBlock = blocks[index]!
    const kind = kindOf(firstBlock)
    let count = 1
    while (blocks[index + count] === firstBlock + count && kindOf(firstBlock + count) === kind) count++
    yield { firstBlock, count, kind }
    index += count
  }
}

function invalid(path: string, why: string): WalgError {
  return new WalgError('E_BACKUP_INVALID', `unable to apply the increment ${path}: ${why}`, {
    details: { path },
  })
}
