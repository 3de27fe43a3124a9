import { Secret, type SettingSpec, WalgError } from '@walg/sdk'

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])
const DURATION_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Reads the text of a setting by its declaration. Rejects with `E_SETTING_INVALID`, naming the setting; never shows a secret. */
export function parseSetting(name: string, spec: SettingSpec, text: string, origin: string): unknown {
  const value = parseText(spec, text.replace(/[\r\n]+$/, ''))
  if (value === undefined) {
    const shown = spec.secret ? 'its value' : `'${text}'`
    throw new WalgError(
      'E_SETTING_INVALID',
      `unable to use ${name} from ${origin}: ${shown} is not ${expected(spec)}`,
      {
        details: { name, origin },
      },
    )
  }
  return spec.secret ? new Secret(String(value)) : value
}

function parseText(spec: SettingSpec, text: string): unknown {
  switch (spec.kind) {
    case 'string':
    case 'path':
      return text
    case 'bool':
      return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined
    case 'int':
      return atLeast(spec, /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN)
    case 'float':
      return atLeast(spec, text.trim() === '' ? Number.NaN : Number(text))
    case 'bytes':
      return parseBytes(text)
    case 'duration':
      return atLeast(spec, parseDuration(text) ?? Number.NaN)
    case 'enum':
      return spec.values?.includes(text) ? text : undefined
    case 'list':
      return text.split(',').map((item) => item.trim())
    case 'json':
      return parseJson(text)
  }
}

function atLeast(spec: SettingSpec, value: number): number | undefined {
  if (!Number.isFinite(value) || (spec.kind === 'int' && !Number.isSafeInteger(value))) return undefined
  return spec.min !== undefined && value < spec.min ? undefined : value
}

function parseBytes(text: string): number | undefined {
  const match = /^(\d+)\s*([kmg]?)(i?b)?$/i.exec(text.trim())
  const unit = SIZE_UNITS[(match?.[2] ?? '').toLowerCase()]
  if (!match || unit === undefined) return undefined
  const bytes = Number(match[1]) * unit
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Milliseconds of Go's syntax; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (DURATION_MS[unit ?? ''] ?? 0), 0)
}

/** A JSON `null` stays null; only text that is no JSON is refused. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function expected(spec: SettingSpec): string {
  switch (spec.kind) {
    case 'bool':
      return 'true or false'
    case 'int':
      return spec.min === undefined ? 'a whole number' : `a whole number of at least ${spec.min}`
    case 'float':
      return 'a number'
    case 'bytes':
      return 'a size such as 20MiB'
    case 'duration':
      return 'a duration such as 90s or 1h30m'
    case 'enum':
      return `one of ${spec.values?.join(', ')}`
    case 'json':
      return 'JSON'
    default:
      return `a ${spec.kind}`
  }
}
