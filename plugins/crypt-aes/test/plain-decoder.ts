import { createDecipheriv, createHmac } from 'node:crypto'

/** HKDF-SHA256 of RFC 5869, spelled out. */
function hkdf(key: Buffer, salt: Buffer, info: string, length: number): Buffer {
  const root = createHmac('sha256', salt).update(key).digest()
  let block = Buffer.alloc(0)
  let output = Buffer.alloc(0)
  for (let count = 1; output.length < length; count++) {
    block = createHmac('sha256', root).update(block).update(info).update(Buffer.of(count)).digest()
    output = Buffer.concat([output, block])
  }
  return output.subarray(0, length)
}

/** A second decoder, written from docs/formats/aes-format.md alone: whole objects, numbers of the page as they stand there. */
export function decodeByThePage(object: Buffer, masterKey: Buffer): Buffer {
  const salt = object.subarray(24, 56)
  const derived = hkdf(masterKey, salt, 'walg-aes object 1', 64)
  const dataKey = derived.subarray(0, 32)
  const headerTag = createHmac('sha256', derived.subarray(32)).update(object.subarray(0, 56)).digest()
  if (!headerTag.subarray(0, 16).equals(object.subarray(56, 72))) throw new Error('header')

  const sealedBytes = object.readUInt32LE(12) + 16
  const chunks: Buffer[] = []
  let number = 0
  for (let at = 72; at < object.length; at += sealedBytes, number++) {
    const sealed = object.subarray(at, at + sealedBytes)
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32LE(number)
    nonce[11] = at + sealedBytes >= object.length ? 1 : 0
    const decipher = createDecipheriv('aes-256-gcm', dataKey, nonce)
    decipher.setAuthTag(sealed.subarray(sealed.length - 16))
    chunks.push(decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final())
  }
  return Buffer.concat(chunks)
}
