import type { Socket } from 'node:net'
import { onAbort } from '@walg/http'
import type { Client, SFTPWrapper } from 'ssh2'
import { SFTP, SftpStatus } from './ssh-errors.js'

export type Done<T> = (error: Error | null | undefined, value: T) => void

/** One connection on which SFTP is spoken. Once it is broken, every call rejects, and another one has to be made. */
export class SftpSession {
  readonly #client: Client
  readonly #socket: Socket
  readonly #sftp: SFTPWrapper
  readonly #lost: (cause: unknown) => unknown
  readonly #waiting = new Set<(error: unknown) => void>()
  #end: { readonly error: unknown } | undefined

  /** `lost` makes the error of what ended the connection. */
  constructor(client: Client, socket: Socket, sftp: SFTPWrapper, lost: (cause: unknown) => unknown) {
    this.#client = client
    this.#socket = socket
    this.#sftp = sftp
    this.#lost = lost
    const closed = () => this.#break(new Error('the server closed the connection'))
    client.on('error', (error) => this.#break(error)).on('close', closed)
    socket.on('error', (error) => this.#break(error)).on('close', closed)
    sftp.on('error', (error: Error) => this.#break(error)).on('close', closed)
  }

  /** Whether the server has an extension of the protocol. */
  offers(extension: string): boolean {
    // ssh2 keeps them to itself, and throws where one is missing.
    const { _extensions } = this.#sftp as unknown as {
      readonly _extensions?: Readonly<Record<string, string>>
    }
    return _extensions?.[extension] !== undefined
  }

  get isBroken(): boolean {
    return this.#end !== undefined
  }

  /**
   * Sends a request and waits for its answer. SFTP has no way to take a request back: with the signal the waiting ends, and
   * `undo` gets the answer that comes too late.
   */
  async call<T>(
    signal: AbortSignal | undefined,
    send: (sftp: SFTPWrapper, done: Done<T>) => void,
    undo?: (value: T) => void,
  ): Promise<T> {
    signal?.throwIfAborted()
    if (this.#end) throw this.#end.error
    return await new Promise<T>((resolve, reject) => {
      const finish = () => {
        this.#waiting.delete(giveUp)
        ignoreAbort?.()
      }
      const giveUp = (error: unknown) => {
        finish()
        reject(error)
      }
      const ignoreAbort = signal && onAbort(signal, () => giveUp(signal.reason))
      this.#waiting.add(giveUp)
      const done: Done<T> = (error, value) => {
        const isLate = !this.#waiting.has(giveUp)
        if (isLate) {
          if (!error && !this.isBroken) undo?.(value)
          return
        }
        if (!error) {
          finish()
          resolve(value)
          return
        }
        const { code } = error as { code?: unknown }
        if (isAnswer(code)) giveUp(new SftpStatus(code, error.message))
        else this.#break(error)
      }
      try {
        send(this.#sftp, done)
      } catch (error) {
        giveUp(error)
      }
    })
  }

  /** Sends a request whose answer nobody waits for. */
  tell(send: (sftp: SFTPWrapper, done: Done<unknown>) => void): void {
    this.call(undefined, send).catch(() => undefined)
  }

  /** Says goodbye, where the server listens. */
  close(): void {
    this.#end ??= { error: this.#lost(new Error('the connection was closed')) }
    this.#client.end()
    // A peer that is dead does not answer the goodbye.
    this.#socket.destroySoon()
    this.#socket.unref()
  }

  #break(cause: unknown): void {
    if (!this.#end) {
      this.#end = { error: this.#lost(cause) }
      this.#client.destroy()
      this.#socket.destroy()
    }
    for (const giveUp of this.#waiting) giveUp(this.#end.error)
  }
}

/** Whether the server has said no, or there was no server any more. */
function isAnswer(code: unknown): code is number {
  return typeof code === 'number' && code !== SFTP.NO_CONNECTION && code !== SFTP.CONNECTION_LOST
}
