import { createHash, type Hash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type ByteStream, isWalgError, type ObjectInfo, type PutOptions, WalgError } from '@walg/sdk'
import type { GcsApi } from './gcs-api.js'
import { header } from './gcs-api.js'
import { type GcsObject, infoOf, OBJECT_FIELDS } from './gcs-object.js'
import { behind, type Piece, piecesOf } from './pieces.js'
import { conditionsOf, sendObject } from './send-object.js'

const KIB = 1024
/** The service takes pieces of multiples of this only, but for the last. */
const UNIT_BYTES = 256 * KIB
const DEFAULT_PIECE_BYTES = 16 * KIB * KIB
const INCOMPLETE = 308
const DEFAULT_ATTEMPTS = 17
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 30_000
const CLEAN_UP_MS = 30_000

export interface ResumableUploadOptions {
  readonly api: GcsApi
  readonly root: string
  readonly encryption: Readonly<Record<string, string>>
  readonly chunkBytes?: number
  /** Calls in a row that may fail before it is given up. */
  readonly attempts?: number
}

/**
 * Large objects in one session, piece after piece, without temporary objects: for buckets where nothing may be deleted, or where what
 * is deleted is kept and paid for. After a cut the service is asked what it has, and the upload goes on from there; nobody else could
 * do that, since the stream is read once.
 */
export class ResumableUpload {
  readonly #options: ResumableUploadOptions
  readonly #pieceBytes: number

  constructor(options: ResumableUploadOptions) {
    this.#options = options
    const wanted = options.chunkBytes ?? DEFAULT_PIECE_BYTES
    this.#pieceBytes = Math.max(UNIT_BYTES, Math.floor(wanted / UNIT_BYTES) * UNIT_BYTES)
  }

  async store(key: string, body: ByteStream, o: PutOptions): Promise<ObjectInfo> {
    o.signal.throwIfAborted()
    const { api, root, encryption } = this.#options
    const pieces = piecesOf(body, this.#pieceBytes)
    try {
      const { value: first } = (await pieces.next()) as IteratorYieldResult<Piece>
      if (first.isLast) {
        const name = `${root}${key}`
        return infoOf(key, await sendObject(api, `write ${key}`, name, first.chunks, encryption, o))
      }
      return infoOf(key, await this.#storePieces(key, first, pieces, o))
    } finally {
      await pieces.return(undefined)
    }
  }

  async #storePieces(
    key: string,
    first: Piece,
    rest: AsyncIterator<Piece>,
    o: PutOptions,
  ): Promise<GcsObject> {
    const session = await Session.begin(key, this.#options, o)
    try {
      const hash = createHash('md5')
      let piece = first
      for (;;) {
        for (const chunk of piece.chunks) hash.update(chunk)
        const made = await session.send(piece)
        if (made) return await session.requireSame(made, hash)
        const next: IteratorResult<Piece> = await rest.next()
        if (next.done) throw session.broken('it is not whole after its last piece')
        piece = next.value
      }
    } catch (error) {
      await session.forget()
      throw error
    }
  }
}

/** A resumable upload that has begun. */
class Session {
  readonly #options: ResumableUploadOptions
  readonly #key: string
  readonly #url: string
  readonly #put: PutOptions
  /** Of the pieces that the service has, whole. */
  #offset = 0
  #failures = 0

  private constructor(options: ResumableUploadOptions, key: string, url: string, put: PutOptions) {
    this.#options = options
    this.#key = key
    this.#url = url
    this.#put = put
  }

  static async begin(key: string, options: ResumableUploadOptions, put: PutOptions): Promise<Session> {
    const { api, root, encryption, attempts = DEFAULT_ATTEMPTS } = options
    for (let failures = 1; ; failures++) {
      try {
        const answer = await api.send({
          action: `write ${key}`,
          method: 'POST',
          path: api.uploadPath(),
          query: { uploadType: 'resumable', name: `${root}${key}`, fields: OBJECT_FIELDS },
          headers: encryption,
          json: { name: `${root}${key}`, contentType: 'application/octet-stream' },
          ...conditionsOf(put),
          signal: put.signal,
        })
        await answer.body.return()
        const url = header(answer.headers, 'location')
        if (url !== undefined) return new Session(options, key, url, put)
        throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to write ${key}: the service opens no session`)
      } catch (error) {
        await pauseAfter(error, failures, attempts, put.signal)
      }
    }
  }

  /** Sends a piece, as often as it takes. Gives the object when it was the last. */
  async send(piece: Piece): Promise<GcsObject | undefined> {
    const end = this.#offset + piece.bytes
    const total = piece.isLast ? String(end) : '*'
    let has = this.#offset
    for (;;) {
      const before = has
      let answer: GcsObject | number
      let isCounted = false
      try {
        const body = behind(piece.chunks, has - this.#offset)
        answer = await this.#call(has === end ? `bytes */${total}` : `bytes ${has}-${end - 1}/${total}`, body)
      } catch (error) {
        answer = await this.#recover(error)
        isCounted = true
      }
      if (typeof answer !== 'number') {
        if (piece.isLast) return answer
        throw this.broken('the service took a piece for the last one')
      }
      if (answer < this.#offset || answer > end) throw this.broken(`the service has ${answer} bytes of it`)
      has = answer
      if (has > before) this.#failures = 0
      else if (!isCounted) await this.#countFailure()
      if (has === end && !piece.isLast) {
        this.#offset = end
        return undefined
      }
    }
  }

  /** Forgets what the service has of an upload that failed; it does so by itself after a week. */
  async forget(): Promise<void> {
    const { api } = this.#options
    const signal = AbortSignal.timeout(CLEAN_UP_MS)
    const call = { action: `abort ${this.#key}`, method: 'DELETE', path: this.#url, signal } as const
    // 499 is the answer to success here.
    await api.done({ ...call, expects: [499, 404, 410] }).catch(() => undefined)
  }

  /** The service had no checksum to compare with before; an object that is not what was sent is taken back. */
  async requireSame(made: GcsObject, hash: Hash): Promise<GcsObject> {
    if (made.md5Hash === undefined || made.md5Hash === hash.digest('base64')) return made
    const { api, root } = this.#options
    await api.done({
      action: `take back ${this.#key}`,
      method: 'DELETE',
      path: api.objectPath(`${root}${this.#key}`),
      ...(made.generation !== undefined && { ifMatch: made.generation }),
      signal: this.#put.signal,
    })
    throw this.broken('it was damaged on its way')
  }

  broken(why: string): WalgError {
    return new WalgError('E_STORAGE_UNAVAILABLE', `unable to write ${this.#key}: ${why}`)
  }

  /** The object, or how many bytes of it the service has. */
  async #call(contentRange: string, body: readonly Uint8Array[]): Promise<GcsObject | number> {
    const answer = await this.#options.api.send({
      action: `write ${this.#key}`,
      method: 'PUT',
      path: this.#url,
      headers: { ...this.#options.encryption, 'content-range': contentRange },
      body,
      ...conditionsOf(this.#put),
      expects: [INCOMPLETE],
      signal: this.#put.signal,
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of answer.body) chunks.push(chunk)
    if (answer.status !== INCOMPLETE) return JSON.parse(Buffer.concat(chunks).toString()) as GcsObject
    const [, last] = /^bytes=0-(\d+)$/.exec(header(answer.headers, 'range') ?? '') ?? []
    return last === undefined ? 0 : Number(last) + 1
  }

  /** What the service has after a call that failed. */
  async #recover(error: unknown): Promise<GcsObject | number> {
    for (let cause = error; ; ) {
      this.#failures++
      await pauseAfter(cause, this.#failures, this.#options.attempts ?? DEFAULT_ATTEMPTS, this.#put.signal)
      try {
        return await this.#call('bytes */*', [])
      } catch (again) {
        cause = again
      }
    }
  }

  async #countFailure(): Promise<void> {
    this.#failures++
    const stuck = new WalgError(
      'E_STORAGE_UNAVAILABLE',
      `unable to write ${this.#key}: the service takes no more of it`,
      {
        retryable: true,
      },
    )
    await pauseAfter(stuck, this.#failures, this.#options.attempts ?? DEFAULT_ATTEMPTS, this.#put.signal)
  }
}

/** Waits before the next attempt; rejects with the error when there is none. */
async function pauseAfter(
  error: unknown,
  failures: number,
  attempts: number,
  signal: AbortSignal,
): Promise<void> {
  if (!isWalgError(error) || !error.retryable || signal.aborted || failures >= attempts) throw error
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
  const asked = Number(error.details['retryAfterMs'] ?? 0)
  try {
    await pause(asked + ceiling / 2 + Math.random() * (ceiling / 2), undefined, { signal })
  } catch {
    throw signal.reason
  }
}
