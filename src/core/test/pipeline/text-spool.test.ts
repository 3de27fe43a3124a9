import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { TextSpool } from '../../src/pipeline/text-spool.js'

async function contentOf(spool: TextSpool): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of spool.content()) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a spool of text', () => {
  test('gives back what it was given, as often as asked, however much it is', async () => {
    const spool = new TextSpool(temporaryFolder())
    let expected = ''
    for (let round = 0; round < 300; round++) {
      const text = `${round} ${'äöü€😀x'.repeat(Math.floor(Math.random() * 2000))}`
      spool.append(text)
      expected += text
    }

    expect(await contentOf(spool)).toBe(expected)
    expect(await contentOf(spool)).toBe(expected)
    spool.close()
  })

  test('leaves no file behind, not even while it is open', () => {
    const folder = temporaryFolder()
    const spool = new TextSpool(folder)
    spool.append('x'.repeat(1024 * 1024))

    expect(readdirSync(folder)).toEqual([])
    spool.close()
  })

  test('is empty until something comes', () => {
    const spool = new TextSpool(temporaryFolder())

    expect(spool.isEmpty).toBe(true)
    spool.append('a')
    expect(spool.isEmpty).toBe(false)
  })

  test('says so when there is no place for it', () => {
    const spool = new TextSpool(join(temporaryFolder(), 'missing'))

    expect(() => spool.append('x'.repeat(1024 * 1024))).toThrow(
      expect.objectContaining({ code: 'E_TEMPORARY_FILE' }),
    )
  })
})
