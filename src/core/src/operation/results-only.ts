/**
 * stdout carries results only, so whatever writes to `process.stdout` from now on writes to stderr. Gives back the function that
 * ends it. What writes to file descriptor 1 by itself is not stopped; `runOperation` prints results in that way.
 */
export function stdoutForResultsOnly(): () => void {
  const before = Object.getOwnPropertyDescriptor(process, 'stdout')!
  Object.defineProperty(process, 'stdout', {
    configurable: true,
    enumerable: true,
    get: () => process.stderr,
  })
  return () => void Object.defineProperty(process, 'stdout', before)
}
