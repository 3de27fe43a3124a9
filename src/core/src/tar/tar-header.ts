import { TAR_BLOCK_BYTES } from './tar-writer.js'

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'link' | 'other'

/** What one header block says. */
export interface TarHeader {
  readonly name: string
  /** As stored: `0` file, `5` directory, `x` PAX records of the next member. */
  readonly typeFlag: string
  readonly size: number
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly linkName: string
}

const CHECKSUM_AT = 148
const CHECKSUM_BYTES = 8
const SPACE = 0x20
/** A number stored in binary, most significant byte first, begins with this bit. */
const BINARY = 0x80

/** Reads a header block that is not all zeros. Undefined when it is none: its checksum does not fit, or a number is no number. */
export function decodeTarHeader(block: Uint8Array): TarHeader | undefined {
  if (numberAt(block, CHECKSUM_AT, CHECKSUM_BYTES) !== checksumOf(block)) return undefined
  const size = numberAt(block, 124, 12)
  const mode = numberAt(block, 100, 8)
  if (size === undefined || mode === undefined) return undefined
  const name = textAt(block, 0, 100)
  const prefix = ustarPrefix(block)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    typeFlag: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
    size,
    mode: mode & 0o7777,
    linkName: textAt(block, 157, 100),
  }
}

/** `length name=value\n` records. Undefined when they are malformed. */
export function decodePaxRecords(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>()
  for (let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length); rest.length > 0; ) {
    const space = rest.indexOf(SPACE)
    const length = space > 0 ? Number(rest.toString('latin1', 0, space)) : Number.NaN
    if (!Number.isInteger(length) || length <= space + 1 || length > rest.length) return undefined
    const record = rest.toString('utf8', space + 1, length)
    const equals = record.indexOf('=')
    if (equals < 1 || !record.endsWith('\n')) return undefined
    records.set(record.slice(0, equals), record.slice(equals + 1, -1))
    rest = rest.subarray(length)
  }
  return records
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.length === TAR_BLOCK_BYTES && block.every((byte) => byte === 0)
}

/** What a member is to readers. */
export function entryTypeOf(header: TarHeader): TarEntryType {
  switch (header.typeFlag) {
    case '0':
    case '7':
      // The oldest archives know folders only by their slash.
      return header.name.endsWith('/') ? 'directory' : 'file'
    case '1':
      return 'link'
    case '2':
      return 'symlink'
    case '5':
      return 'directory'
    default:
      return 'other'
  }
}

/** The start of a long name. GNU headers, whose magic is another, keep times in its place. */
function ustarPrefix(block: Uint8Array): string {
  return textAt(block, 257, 6) === 'ustar' ? textAt(block, 345, 155) : ''
}

/** Sum of all bytes, with the field itself taken as spaces. */
function checksumOf(block: Uint8Array): number {
  let sum = CHECKSUM_BYTES * SPACE
  for (let at = 0; at < CHECKSUM_AT; at++) sum += block[at]!
  for (let at = CHECKSUM_AT + CHECKSUM_BYTES; at < TAR_BLOCK_BYTES; at++) sum += block[at]!
  return sum
}

function numberAt(block: Uint8Array, at: number, bytes: number): number | undefined {
  if (block[at]! & BINARY) return binaryNumber(block.subarray(at, at + bytes))
  const text = textAt(block, at, bytes).trim()
  if (text === '') return 0
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined
}

/** Negative numbers and those beyond 2^53 count as none. */
function binaryNumber(bytes: Uint8Array): number | undefined {
  let value = bytes[0]! & ~BINARY
  for (const byte of bytes.subarray(1)) {
    value = value * 256 + byte
    if (value > Number.MAX_SAFE_INTEGER) return undefined
  }
  return value
}

/** Up to the first zero byte. */
function textAt(block: Uint8Array, at: number, bytes: number): string {
  const field = Buffer.from(block.buffer, block.byteOffset + at, bytes)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? bytes : end)
}
