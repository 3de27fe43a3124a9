import { describe, test } from 'vitest'

/**
 * A block of tests that needs something of the machine. `lacking` says what is not there, undefined that all is: a block
 * that lacks something is skipped and shows why; with CI set it fails instead, so that nothing goes untested unseen.
 */
export function describeWith(name: string, lacking: string | undefined, body: () => void): void {
  if (lacking === undefined || !process.env['CI']) {
    describeOptional(name, lacking, body)
    return
  }
  describe(name, () => {
    test('has what it needs', () => {
      throw new Error(lacking)
    })
  })
}

/** The same for what a CI machine may lack, too: the right to mount, or a shell that few have. */
export function describeOptional(name: string, lacking: string | undefined, body: () => void): void {
  if (lacking === undefined) {
    describe(name, body)
    return
  }
  console.warn(`skipped: ${name}: ${lacking}`)
  describe.skip(`${name} (skipped: ${lacking})`, body)
}
