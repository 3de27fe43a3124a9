/** What became of one check. */
export interface VerifyLine {
  /** The behaviour, as a sentence. */
  readonly name: string
  /** `skipped` is what could not be looked at: it is neither good nor bad. */
  readonly status: 'passed' | 'failed' | 'skipped'
  /** What was found, or why it was not looked at; absent when it passed. */
  readonly why?: string
}

/** What is known of a package after looking at it. Checks that have no place in the package are left out. */
export interface VerifyReport {
  /** Absent when package.json does not tell. */
  readonly packageName?: string
  /** Absent when package.json does not tell. */
  readonly version?: string
  /** In the order in which they ran. */
  readonly checks: readonly VerifyLine[]
}

/** How `verifyPlugin` looks at a package. */
export interface VerifyOptions {
  /** The package was installed: what would be packed is not looked at. */
  readonly isInstalled?: boolean
  /** Path of `npm-cli.js`; the npm beside node, or of PATH, when absent. */
  readonly npm?: string
  /** Time for a module to load, in milliseconds. Default 10000. */
  readonly timeoutMs?: number
  /** Ends the work with its reason. */
  readonly signal?: AbortSignal
}
