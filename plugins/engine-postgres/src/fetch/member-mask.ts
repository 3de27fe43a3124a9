import { WalgError } from '@walg/sdk'

/**
 * The test for `--mask`: a shell pattern in which `*` and `?` do not match `/`, with classes such as `[a-f]` and `[^a-f]`, and
 * `\` before a character that is meant as it is. It is matched against whole paths. Rejects with `E_ARGUMENT_INVALID`.
 */
export function compileMask(mask: string): (path: string) => boolean {
  let source = ''
  for (let at = 0; at < mask.length; ) {
    const char = mask[at]!
    if (char === '[') {
      const end = classEnd(mask, at)
      source += classSource(mask, at + 1, end)
      at = end + 1
    } else {
      if (char === '\\') at++
      source += literalSource(mask, char, at)
      at++
    }
  }
  const pattern = new RegExp(`^${source}$`, 's')
  const prefix = mask.startsWith('/') ? '/' : ''
  return (path) => pattern.test(prefix + path)
}

function literalSource(mask: string, char: string, at: number): string {
  if (char === '*') return '[^/]*'
  if (char === '?') return '[^/]'
  const literal = mask[at]
  if (literal === undefined) throw malformed(mask, 'it ends with a backslash')
  return escaped(literal)
}

/** Place of the bracket that ends the class which begins at `start`. */
function classEnd(mask: string, start: number): number {
  for (let at = start + 1; at < mask.length; at++) {
    if (mask[at] === '\\') at++
    else if (mask[at] === ']') return at
  }
  throw malformed(mask, 'a class has no end')
}

function classSource(mask: string, start: number, end: number): string {
  const isNegated = mask[start] === '^'
  let ranges = ''
  for (let at = isNegated ? start + 1 : start; at < end; ) {
    const low = classChar(mask, at, end)
    const isRange = mask[low.next] === '-'
    const high = isRange ? classChar(mask, low.next + 1, end) : low
    if (high.char < low.char) throw malformed(mask, `the range ${low.char}-${high.char} is empty`)
    ranges += `${escaped(low.char)}-${escaped(high.char)}`
    at = high.next
  }
  if (ranges === '') throw malformed(mask, 'a class is empty')
  return `[${isNegated ? '^' : ''}${ranges}]`
}

function classChar(mask: string, at: number, end: number): { readonly char: string; readonly next: number } {
  const isEscaped = mask[at] === '\\'
  const place = isEscaped ? at + 1 : at
  const char = mask[place]
  if (char === undefined || place >= end || (char === '-' && !isEscaped)) {
    throw malformed(mask, 'a class is malformed')
  }
  return { char, next: place + 1 }
}

const escaped = (char: string) => char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')

function malformed(mask: string, why: string): WalgError {
  return new WalgError('E_ARGUMENT_INVALID', `unable to use the mask '${mask}': ${why}`, {
    details: { mask },
  })
}
