/** Where the credentials of calls come from. */
export interface Auth {
  /** Headers that a call needs. Rejects with `E_STORAGE_PERMISSION` when there are no credentials, or they are refused. */
  headers(action: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>>
  /** After a token was refused: whether the next call gets another one. */
  renew(): boolean
}

/** For emulators. */
export const noAuth: Auth = {
  headers: async () => ({}),
  renew: () => false,
}
