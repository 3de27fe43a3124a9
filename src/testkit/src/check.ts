/** One statement of a contract. `run` throws when the implementation under test does not keep it. */
export interface Check<Env, Capabilities = void> {
  /** The behaviour, as a sentence. */
  readonly name: string
  /** Whether it applies at all; absent: always. */
  needs?(capabilities: Capabilities): boolean
  run(env: Env): Promise<void>
}
