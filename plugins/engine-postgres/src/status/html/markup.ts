/** HTML or SVG that may stand in a page as it is. Only `html` makes it. */
export interface Markup {
  readonly markup: string
}

type Part = Markup | string | number | bigint | readonly Markup[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup with values in it: texts are escaped, for content and for attributes in quotes; markup is put in as it is. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const filled = parts.map((part, at) => textOf(part) + (strings[at + 1] ?? ''))
  return { markup: (strings[0] ?? '') + filled.join('') }
}

/** Nothing at all. */
export const nothing: Markup = { markup: '' }

function textOf(part: Part): string {
  if (typeof part === 'object') return isList(part) ? part.map(({ markup }) => markup).join('') : part.markup
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character]!)
}

function isList(part: Markup | readonly Markup[]): part is readonly Markup[] {
  return Array.isArray(part)
}
