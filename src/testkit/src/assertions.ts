import assert from 'node:assert/strict'
import { isWalgError } from '@walg/sdk'

/** Runs a call that must reject with this code, and gives back the error. */
export async function rejectsWith(code: string, call: () => Promise<unknown>): Promise<unknown> {
  const error = await rejection(call)
  assert.ok(isWalgError(error, code), `expected ${code}, got ${describe(error)}`)
  return error
}

/** Runs a call that must reject, with whatever, and gives back the error. */
export async function rejection(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new assert.AssertionError({ message: 'the call succeeded, it should have been rejected' })
}

/** Waits for something to settle, and complains about what takes longer than this. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `${what} took over ${ms} ms` })), ms)
  })
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

export function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  const message = `${what}: ${actual.length} bytes came, ${expected.length} were expected, or their content differs`
  assert.ok(Buffer.compare(actual, expected) === 0, message)
}

function describe(error: unknown): string {
  if (isWalgError(error)) return `${error.code} (${error.message})`
  return error instanceof Error ? `${error.name} (${error.message})` : String(error)
}
