import { describe, expect, test } from 'vitest'
import { nestedMembers } from '../../src/json/nested-members.js'

/** The document put together again, read in pieces of this length. */
async function read(text: string, pieceBytes = 7): Promise<unknown> {
  const bytes = Buffer.from(text)
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
  }
  const document: Record<string, unknown> = {}
  for await (const { outer, name, text: value } of nestedMembers(source())) {
    if (name === undefined) document[outer] = JSON.parse(value)
    else document[outer] = { ...((document[outer] as object) ?? {}), [name]: JSON.parse(value) }
  }
  return document
}

const DOCUMENT = {
  Files: { '/a "quoted" \\ {,:} [': { x: [1, { y: '}' }], z: null }, '/größe': {}, '': { e: -1.5e3 } },
  Sets: { 'part_001.tar': ['/a', ','], 'part_002.tar': [] },
  Number: 12,
  Text: 'a:b,{',
  List: [{ a: 1 }, [2]],
  Nothing: null,
}

describe('nested members', () => {
  test.each([1, 2, 3, 7, 64, 100_000])(
    'are those of the document, in pieces of %i bytes',
    async (pieceBytes) => {
      expect(await read(JSON.stringify(DOCUMENT), pieceBytes)).toEqual(DOCUMENT)
      expect(await read(JSON.stringify(DOCUMENT, null, 2), pieceBytes)).toEqual(DOCUMENT)
    },
  )

  test('are none of an empty document, or of empty members', async () => {
    expect(await read('{}')).toEqual({})
    expect(await read(' { "a" : { } , "b":[] } \n')).toEqual({ b: [] })
  })

  test('of a document that is cut anywhere are an error', async () => {
    const text = JSON.stringify(DOCUMENT)
    for (let end = 0; end < text.length; end++) {
      await expect(read(text.slice(0, end), 64)).rejects.toThrow(SyntaxError)
    }
  })

  test.each([
    'null',
    '[]',
    '12',
    '{} x',
    'x {}',
    '{"a":1}{"b":2}',
    '{"a"}',
    '{a:1}',
    '{"a":{"b"}}',
    '{"a":tru}',
  ])('of %s are an error', async (text) => {
    await expect(read(text)).rejects.toThrow(SyntaxError)
  })
})
