import { isSafeNumber, parse } from 'lossless-json'

/**
 * Reads JSON as Go does: whole numbers that a double cannot hold become bigints, of two members of one name the last counts.
 * Throws a SyntaxError.
 */
export function readJson(text: string): unknown {
  return parse(text, undefined, {
    parseNumber,
    onDuplicateKey: ({ newValue }) => newValue,
  })
}

function parseNumber(text: string): number | bigint {
  if (/^-?\d+$/.test(text) && !isSafeNumber(text)) return BigInt(text)
  const number = Number(text)
  if (!Number.isFinite(number)) throw new SyntaxError(`${text} is out of range`)
  return number
}
