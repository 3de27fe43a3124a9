/** Values that become JSON. A Map keeps the order of its keys, which an object does not where they are numbers. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue | undefined>
  | { readonly [name: string]: JsonValue | undefined }

export interface WriteJsonOptions {
  /** Writes `<`, `>`, `&` and the two line separators as escapes, as Go's encoder does. */
  readonly escapeHtml?: boolean
  /** Spaces per level; one line without. */
  readonly indent?: number
}

/** Compact JSON with members in the order given; undefined members are left out, bigints are plain numbers. */
export function writeJson(value: JsonValue, options: WriteJsonOptions = {}): string {
  return write(value, options, '')
}

function write(value: JsonValue, options: WriteJsonOptions, margin: string): string {
  if (typeof value === 'string') return text(value, options)
  if (typeof value === 'bigint') return value.toString()
  if (Object.is(value, -0)) return '-0'
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const inner = options.indent ? margin + ' '.repeat(options.indent) : ''
  if (isArray(value)) {
    return enclosed(
      '[',
      ']',
      value.map((item) => write(item, options, inner)),
      options,
      margin,
      inner,
    )
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const colon = options.indent ? ': ' : ':'
  const members = entries.flatMap(([name, member]) =>
    member === undefined ? [] : [text(name, options) + colon + write(member, options, inner)],
  )
  return enclosed('{', '}', members, options, margin, inner)
}

function enclosed(
  open: string,
  close: string,
  items: readonly string[],
  options: WriteJsonOptions,
  margin: string,
  inner: string,
): string {
  if (!options.indent || items.length === 0) return open + items.join(',') + close
  return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${margin}${close}`
}

function text(value: string, options: WriteJsonOptions): string {
  const json = JSON.stringify(value)
  if (!options.escapeHtml) return json
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
