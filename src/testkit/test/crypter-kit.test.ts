import { createCipheriv } from 'node:crypto'
import { type ByteStream, type CodecOptions, type Crypter, WalgError } from '@walg/sdk'
import { collect, crypterKit } from '@walg/testkit'
import { expect, test } from 'vitest'
import {
  allAtOnce,
  cutTo,
  deaf,
  deafLater,
  endsWithEmptyChunk,
  greedy,
  ignores,
  leavesSourceOpen,
  recyclesTooEarly,
  sharesState,
  takesChunksForBlocks,
  wrapsErrors,
  wrongAlone,
} from './support/bad-transforms.js'
import { type KnownBad, proveKit } from './support/known-bad.js'
import { sealedBlocks } from './support/sealed-blocks.js'

const MiB = 1024 * 1024
const signal = new AbortController().signal
const good = sealedBlocks('a')
const { encrypt, decrypt } = good

/** A nonce of its own for each block, but none that says which block is the last. */
const withoutEnd = sealedBlocks('a', { nonce: numbered })
/** Every block for itself: nothing tells their order. */
const withoutOrder = sealedBlocks('a', { nonce: (_number, isLast) => Buffer.alloc(12, isLast ? 1 : 0) })
const unproven = sealedBlocks('a', { isProven: false })

function numbered(number: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32LE(number)
  return nonce
}

/** Gives everything out, and looks only then whether it was changed. */
async function* provesLate(source: ByteStream, o: CodecOptions): ByteStream {
  const stored = await collect(source)
  yield* unproven.decrypt(once(stored), o)
  await collect(decrypt(once(stored), o))
}

/** Each 16 bytes for themselves. */
async function* inCodeBook(source: ByteStream): ByteStream {
  const cipher = createCipheriv('aes-256-ecb', Buffer.alloc(32), null)
  for await (const chunk of source) yield cipher.update(chunk)
}

/** Hides nothing, but notices everything. */
const readable: Partial<Crypter> = {
  async *encrypt(source, o) {
    const plain = await collect(source)
    yield plain
    yield* encrypt(once(plain), o)
  },
}

async function* once(bytes: Uint8Array): ByteStream {
  if (bytes.length > 0) yield bytes
}

const NOT_REFUSED = /it was decrypted without an error/

const KNOWN_BAD: Readonly<Record<string, readonly KnownBad<Partial<Crypter>>[]>> = {
  'what goes in comes back, whatever its size and kind': [
    [{ decrypt: cutTo(4 * MiB, decrypt) }, /^4194305 bytes: 4194304 bytes came/],
  ],
  '64 MiB come back, as a stream': [
    [{ decrypt: cutTo(63 * MiB, decrypt) }, /the content of 64 MiB was changed/],
  ],
  'the length of chunks changes nothing, neither way': [
    [{ decrypt: takesChunksForBlocks(16, truncated, decrypt) }, /unable to decrypt: short chunk/],
  ],
  'one block at a time gives the same bytes as several': [
    [{ decrypt: wrongAlone(decrypt) }, /decrypt one block at a time/],
  ],
  'objects that are worked on at the same time do not disturb each other': [
    [{ decrypt: sharesState(decrypt) }, /one object of 8 at once/],
  ],
  'no chunk is empty': [
    [{ encrypt: endsWithEmptyChunk(encrypt) }, /encrypt gave an empty chunk/],
    [{ decrypt: endsWithEmptyChunk(decrypt) }, /decrypt gave an empty chunk/],
  ],
  'what is aborted before it begins ends soon, both ways, with the reason': [
    [{ encrypt: deaf(encrypt) }, /should have been rejected/],
    [{ decrypt: deaf(decrypt) }, /should have been rejected/],
  ],
  'what is aborted half way ends soon, both ways, with the reason': [
    [{ encrypt: deafLater(encrypt) }, /should have been rejected/],
    [{ decrypt: deafLater(decrypt) }, /should have been rejected/],
    [{ decrypt: wrapsErrors(decrypt) }, /decrypt ended with Error: wrapped instead of the reason/],
  ],
  'an error of the source comes out as it is, both ways': [
    [{ encrypt: wrapsErrors(encrypt) }, /encrypt made Error: wrapped of an error of its source/],
    [{ decrypt: wrapsErrors(decrypt) }, /decrypt made Error: wrapped of an error of its source/],
  ],
  'a reader that stops early ends the source, both ways': [
    [{ encrypt: leavesSourceOpen(encrypt) }, /encrypt did not end its source/],
    [{ decrypt: leavesSourceOpen(decrypt) }, /decrypt did not end its source/],
  ],
  'the source is asked for no more than the concurrency needs, both ways': [
    [{ encrypt: greedy(encrypt) }, /encrypt read 64 MiB/],
    [{ decrypt: greedy(decrypt) }, /decrypt read 64.*MiB/],
  ],
  'chunks stay small, also of what shrank to almost nothing': [
    [{ decrypt: allAtOnce(decrypt) }, /decrypt gave a chunk of 64 MiB/],
  ],
  'chunks given back were in the source, each once, and are not used any more': [
    [{ encrypt: recyclesTooEarly(encrypt) }, /the content was changed/],
    [{ decrypt: recyclesTooEarly(decrypt) }, /unable to decrypt/],
  ],
  'the same plaintext never looks the same twice': [
    [sealedBlocks('a', { salt: () => Buffer.alloc(16) }), /0 bytes were encrypted to the same bytes twice/],
    [{ encrypt: behindNoise(sealedBlocks('a', { salt: () => Buffer.alloc(16) })) }, /same twice behind/],
  ],
  'nothing of the plaintext is seen in the output': [[readable, /the plaintext is in the output/]],
  'equal parts of the plaintext do not look equal in the output': [
    [{ encrypt: inCodeBook }, /16 bytes are repeated at 16/],
    [withoutOrder, /16 bytes are repeated at 65568/],
  ],
  'input that is cut anywhere is an error, also before its first byte': [
    [{ decrypt: ignores('E_CRYPT_TRUNCATED', decrypt) }, /^0 bytes cut to 0 of 32: it was decrypted without/],
    [{ decrypt: uncoded(decrypt) }, /the error is none of E_CRYPT_\*: Error: unable to decrypt/],
  ],
  'input that is cut between its blocks is an error': [[withoutEnd, NOT_REFUSED]],
  'every changed bit is an error': [[unproven, /^0 bytes with bit 0 of byte 0 changed: it was decrypted/]],
  'bytes after the end are an error': [
    [{ decrypt: stopsAtLength(32 + 40, decrypt) }, /^40 bytes and 1 after the end: it was decrypted/],
  ],
  'pieces that change places, come twice or are left out are an error': [
    [withoutOrder, /pieces of 65552 from 16: the first two change places: it was decrypted/],
  ],
  'other data is an error': [
    [{ decrypt: passesPlain }, /^10 bytes that are not encrypted: it was decrypted/],
  ],
  'what is given out before a cut is the beginning of the plaintext': [
    [{ decrypt: provesLate }, /bytes were given out that are not those of the plaintext/],
  ],
  'what is given out before a changed bit is found is the beginning of the plaintext': [
    [{ decrypt: provesLate }, /bytes were given out that are not those of the plaintext/],
  ],
  'another key does not decrypt': [
    // As if the key were not used at all.
    [good, /^0 bytes with another key: it was decrypted without an error/],
  ],
}

function truncated(): WalgError {
  return new WalgError('E_CRYPT_TRUNCATED', 'unable to decrypt: short chunk')
}

/** A random beginning before what is always the same. */
function behindNoise(crypter: Crypter): Crypter['encrypt'] {
  return async function* (source, o) {
    yield crypto.getRandomValues(new Uint8Array(16))
    yield* crypter.encrypt(source, o)
  }
}

function uncoded(way: Crypter['decrypt']): Crypter['decrypt'] {
  return async function* (source, o) {
    try {
      yield* way(source, o)
    } catch (error) {
      throw new Error((error as Error).message)
    }
  }
}

/** Ends quietly where an object of 40 bytes is over. */
function stopsAtLength(length: number, way: Crypter['decrypt']): Crypter['decrypt'] {
  return async function* (source, o) {
    const stored = await collect(source)
    const isSmall = stored.length > length && stored.length < length + 20
    yield* way(once(isSmall ? stored.subarray(0, length) : stored), o)
  }
}

async function* passesPlain(source: ByteStream, o: CodecOptions): ByteStream {
  const stored = await collect(source)
  if (stored.length < 16) yield stored
  else yield* decrypt(once(stored), o)
}

proveKit(
  crypterKit,
  () => ({ crypter: good, otherKey: sealedBlocks('b'), signal }),
  KNOWN_BAD,
  (bad) => ({ crypter: { ...good, ...bad }, otherKey: { ...good, ...bad }, signal }),
)

test('checks that want more than a crypter say so', () => {
  const left = (tools: object) =>
    crypterKit.filter(({ needs }) => needs?.(tools) === false).map(({ name }) => name)

  expect(left({})).toEqual(['another key does not decrypt'])
  expect(left({ otherKey: good, isProvenAtEnd: true })).toEqual([
    'what is given out before a changed bit is found is the beginning of the plaintext',
  ])
})
