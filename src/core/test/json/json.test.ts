import { type JsonValue, readJson, writeJson } from '@walg/core'
import { describe, expect, test } from 'vitest'

describe('written JSON', () => {
  test('has members in their order, also those that are numbers', () => {
    expect(
      writeJson({
        b: 1,
        a: [true, null],
        c: new Map([
          ['2', 'x'],
          ['1', 'y'],
        ]),
      }),
    ).toBe('{"b":1,"a":[true,null],"c":{"2":"x","1":"y"}}')
  })

  test('leaves undefined members out', () => {
    expect(writeJson({ a: undefined, b: new Map<string, JsonValue | undefined>([['c', undefined]]) })).toBe(
      '{"b":{}}',
    )
  })

  test('holds bigints as plain numbers', () => {
    expect(writeJson([2n ** 64n - 1n, -1n])).toBe('[18446744073709551615,-1]')
  })

  test('escapes HTML characters and line separators on request', () => {
    expect(writeJson({ '<k>': 'a&b\u2028' }, { escapeHtml: true })).toBe(
      '{"\\u003ck\\u003e":"a\\u0026b\\u2028"}',
    )
    expect(writeJson('a&b')).toBe('"a&b"')
  })

  test('keeps the sign of zero', () => {
    expect(writeJson([-0, 0])).toBe('[-0,0]')
  })

  test('is indented on request, empty containers on one line', () => {
    expect(writeJson({ a: [1, { b: 2 }], c: [], d: {} }, { indent: 2 })).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": 2\n    }\n  ],\n  "c": [],\n  "d": {}\n}',
    )
  })
})

describe('read JSON', () => {
  test('has bigints where a number would lose digits, and numbers elsewhere', () => {
    expect(
      readJson('{"a":18446744073709551615,"b":9007199254740991,"c":-9007199254740993,"d":1.5,"e":1e3}'),
    ).toEqual({
      a: 18446744073709551615n,
      b: 9007199254740991,
      c: -9007199254740993n,
      d: 1.5,
      e: 1000,
    })
  })

  test('has the last of several members of one name', () => {
    expect(readJson('{"a":1,"a":2}')).toEqual({ a: 2 })
  })

  test.each(['', '{', '[1,]', '{"a":1,}', 'nul', '1e400'])('refuses %j', (text) => {
    expect(() => readJson(text)).toThrow(SyntaxError)
  })
})

test('what is written reads back', () => {
  const value = {
    lsn: 2n ** 63n,
    text: 'ä"\\\n\u2028<',
    list: [0, -0.25, false, null],
    deep: { '0': 'a', b: {} },
  }

  expect(readJson(writeJson(value, { escapeHtml: true }))).toEqual(value)
})
