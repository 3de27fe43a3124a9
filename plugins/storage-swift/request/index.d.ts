/** What openstack-swift-client passes. */
declare namespace request {
  interface Options {
    readonly uri: string
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly json?: boolean
    readonly resolveWithFullResponse?: boolean
  }

  /** What it does with the result; `promise` is for request-promise. */
  interface Opened {
    on(event: 'error' | 'response' | 'end', listener: (value: never) => void): Opened
    pipe(target: unknown): unknown
    promise(): Promise<unknown>
  }
}

declare function request(options: request.Options): request.Opened

export = request
