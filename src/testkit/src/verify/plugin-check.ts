import type { Subject } from './subject.js'

/** What a check found: complaints, of which none is good; or why it could not look. */
export type Findings = readonly string[] | { readonly skipped: string }

/** One statement about a package that is a plugin. */
export interface PluginCheck {
  readonly name: string
  /** Checks without which this one has nothing to look at. */
  readonly after?: readonly string[]
  /** Whether the package has anything of the sort; absent: always. */
  appliesTo?(subject: Subject): boolean
  run(subject: Subject): Promise<Findings> | Findings
}
