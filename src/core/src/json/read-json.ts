import { isSafeNumber, parse } from 'lossless-json'

/** Reads JSON; whole numbers that a double cannot hold become bigints. Throws a SyntaxError. */
export function readJson(text: string): unknown {
  return parse(text, undefined, (number) =>
    /^-?\d+$/.test(number) && !isSafeNumber(number) ? BigInt(number) : Number(number),
  )
}
