import { expect, test } from 'vitest'
import { tabbed } from '../../src/text/tab-writer.js'

test('cells are padded to the widest, the last of a line is not', () => {
  expect(
    tabbed([
      ['a', 'b'],
      ['long', 'b'],
      ['ä', 'end'],
    ]),
  ).toBe('a    b\nlong b\nä    end\n')
})

test('a line without a cell there ends the column', () => {
  const lines = [['a', 'x', ''], ['only'], ['bbb', 'yy', '']]

  expect(tabbed(lines)).toBe('a x \nonly\nbbb yy \n')
})

test('empty cells take one space, as in Go', () => {
  expect(tabbed([['name'], ['b', '', '']])).toBe('name\nb  \n')
})
