import { WalgError } from '@walg/sdk'

export const TAR_BLOCK_BYTES = 512
/** Two blocks of zeros end an archive. */
export const TAR_END_BYTES = 2 * TAR_BLOCK_BYTES

const NAME_BYTES = 100
const OWNER_NAME_BYTES = 32
const LARGEST_OCTAL_SIZE = 0o77777777777
const LARGEST_OCTAL_ID = 0o7777777
/** A PAX header is a member of its own; readers never create a file of this name. */
const PAX_NAME = 'PaxHeaders.0/member'

/** One member of a tar archive, without its content. */
export interface TarMember {
  /** Kept as it is, with a leading slash where there is one. */
  readonly name: string
  readonly type: 'file' | 'directory' | 'symlink'
  /** Bytes of the content; 0 unless it is a file. */
  readonly size: number
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
  readonly userName?: string
  readonly groupName?: string
  /** Seconds since 1970. */
  readonly modifiedSeconds?: number
  /** Target of a symlink. */
  readonly linkName?: string
}

const TYPE_FLAGS = { file: '0', directory: '5', symlink: '2', pax: 'x' } as const

/**
 * The header blocks of a member: one USTAR block where everything fits into it, otherwise preceded by a PAX header, as Go's
 * writer does it. Source: POSIX.1-2017, pax interchange format.
 */
export function encodeTarHeader(member: TarMember): Buffer {
  const records = paxRecords(member)
  if (records.length === 0) return ustarBlock(member, TYPE_FLAGS[member.type])
  const body = Buffer.from(records.map(([name, value]) => paxRecord(name, value)).join(''))
  const pax = ustarBlock(
    { name: PAX_NAME, type: 'file', size: body.length, mode: 0o644, modifiedSeconds: 0 },
    TYPE_FLAGS.pax,
  )
  const padding = Buffer.alloc(tarPadding(body.length))
  return Buffer.concat([pax, body, padding, ustarBlock(member, TYPE_FLAGS[member.type])])
}

/** Zeros that follow a content of this size, up to the next block. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK_BYTES - (size % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES
}

/** What a USTAR block cannot say of this member. */
function paxRecords(member: TarMember): readonly (readonly [name: string, value: string])[] {
  const records: (readonly [string, string])[] = []
  if (!fits(member.name, NAME_BYTES)) records.push(['path', member.name])
  if (member.linkName !== undefined && !fits(member.linkName, NAME_BYTES)) {
    records.push(['linkpath', member.linkName])
  }
  if (member.size > LARGEST_OCTAL_SIZE) records.push(['size', String(member.size)])
  if ((member.uid ?? 0) > LARGEST_OCTAL_ID) records.push(['uid', String(member.uid)])
  if ((member.gid ?? 0) > LARGEST_OCTAL_ID) records.push(['gid', String(member.gid)])
  return records
}

function fits(text: string, bytes: number): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what a USTAR block holds
  return text.length <= bytes && /^[\x01-\x7f]*$/.test(text)
}

/** `length name=value\n`, where the length counts its own digits. */
function paxRecord(name: string, value: string): string {
  if (value.includes('\0')) {
    throw new WalgError('E_TAR_INVALID', `unable to store ${JSON.stringify(value)}: a name with a zero byte`)
  }
  const rest = ` ${name}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  let length = bytes + String(bytes).length
  if (bytes + String(length).length !== length) length = bytes + String(length).length
  return `${length}${rest}`
}

function ustarBlock(member: TarMember, typeFlag: string): Buffer {
  const block = Buffer.alloc(TAR_BLOCK_BYTES)
  block.write(member.name, 0, NAME_BYTES)
  writeOctal(block, 100, 8, member.mode & 0o7777)
  writeOctal(block, 108, 8, within(member.uid ?? 0, LARGEST_OCTAL_ID))
  writeOctal(block, 116, 8, within(member.gid ?? 0, LARGEST_OCTAL_ID))
  writeOctal(block, 124, 12, within(member.size, LARGEST_OCTAL_SIZE))
  writeOctal(block, 136, 12, within(Math.max(0, member.modifiedSeconds ?? 0), LARGEST_OCTAL_SIZE))
  block.write(typeFlag, 156)
  if (member.linkName !== undefined) block.write(member.linkName, 157, NAME_BYTES)
  block.write('ustar\x0000', 257)
  block.write(member.userName ?? '', 265, OWNER_NAME_BYTES - 1)
  block.write(member.groupName ?? '', 297, OWNER_NAME_BYTES - 1)
  writeOctal(block, 329, 8, 0)
  writeOctal(block, 337, 8, 0)
  block.write('        ', 148)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A number that a PAX record says in full is left out here, as Go's writer does it. */
const within = (value: number, largest: number) => (value > largest ? 0 : value)

function writeOctal(block: Buffer, at: number, bytes: number, value: number): void {
  block.write(`${value.toString(8).padStart(bytes - 1, '0')}\0`, at)
}
