import { dirname } from 'node:path/posix'
import {
  type CallOptions,
  type MultipartDriver,
  type MultipartUpload,
  type ObjectInfo,
  type PutOptions,
  type UploadedPart,
  WalgError,
} from '@walg/sdk'
import { modifiedAt, RemoteFile, statIfThere } from './remote-file.js'
import { syncFolder } from './remote-folder.js'
import type { Repository } from './repository.js'
import type { SftpSession } from './sftp-session.js'

/** An upload that goes on: its parts are written into one temporary file, each at its place. */
interface Upload {
  readonly temporary: string
  /** Folders that were made for it. */
  readonly made: readonly string[]
  /** Bytes of the parts by number. */
  readonly sizes: Map<number, number>
  /** Parts that came before the sizes of those in front of them were known. */
  readonly early: Map<number, Buffer>
}

export type Place = (
  session: SftpSession,
  key: string,
  temporary: string,
  made: readonly string[],
  o: PutOptions,
) => Promise<void>

/**
 * Parts are acknowledged when they are on disk, so that a connection, or the server, may break between them: the next attempt
 * goes on with the same file.
 */
export class SshMultipart implements MultipartDriver {
  readonly #repository: Repository
  readonly #place: Place
  readonly #uploads = new Map<string, Upload>()

  constructor(repository: Repository, place: Place) {
    this.#repository = repository
    this.#place = place
  }

  async begin(key: string, o: CallOptions): Promise<MultipartUpload> {
    return await this.#repository.on(o.signal, 'write', key, async (session) => {
      const path = this.#repository.path(key)
      const { temporary, made, file } = await this.#repository.createTemporary(session, path, o.signal)
      file.close()
      // From here on it is removed by abort, not when a connection breaks.
      this.#repository.forget(temporary)
      this.#uploads.set(temporary, { temporary, made, sizes: new Map(), early: new Map() })
      return { key, id: temporary }
    })
  }

  async uploadPart(
    { key, id }: MultipartUpload,
    number: number,
    body: readonly Uint8Array[],
    o: CallOptions,
  ): Promise<UploadedPart> {
    o.signal.throwIfAborted()
    const upload = this.#upload(key, id)
    const size = body.reduce((sum, { length }) => sum + length, 0)
    upload.sizes.set(number, size)
    const offset = offsetOf(number, upload.sizes)
    if (offset === undefined) upload.early.set(number, Buffer.concat(body))
    else {
      upload.early.delete(number)
      await this.#write(key, upload, body, offset, o)
    }
    return { number, etag: String(size), size }
  }

  async complete(
    { key, id }: MultipartUpload,
    parts: readonly UploadedPart[],
    o: PutOptions,
  ): Promise<ObjectInfo> {
    const upload = this.#upload(key, id)
    let size = 0
    for (const part of parts) {
      const early = upload.early.get(part.number)
      if (early) await this.#write(key, upload, [early], size, o)
      else if (offsetOf(part.number, upload.sizes) !== size) throw misplaced(key, part.number)
      size += part.size
    }
    return await this.#repository.on(o.signal, 'write', key, async (session) => {
      const path = this.#repository.path(key)
      const found = await statIfThere(session, upload.temporary, o.signal)
      // The answer to a rename that was done may have been lost with a connection.
      const isPlaced = !found && (await statIfThere(session, path, o.signal))?.size === size
      if (!isPlaced) {
        if (found?.size !== size) throw incomplete(key, size, found?.size)
        await this.#place(session, key, upload.temporary, upload.made, o)
      } else await syncFolder(session, dirname(path), o.signal)
      this.#uploads.delete(id)
      return { key, size, modifiedAt: found ? modifiedAt(found) : new Date() }
    })
  }

  async abort({ key, id }: MultipartUpload, o: CallOptions): Promise<void> {
    if (!this.#uploads.has(id)) return
    await this.#repository.on(o.signal, 'give up', key, async (session) => {
      await this.#repository.discard(session, id)
      this.#uploads.delete(id)
    })
  }

  async #write(
    key: string,
    { temporary }: Upload,
    body: readonly Uint8Array[],
    offset: number,
    o: CallOptions,
  ): Promise<void> {
    await this.#repository.on(o.signal, 'write', key, async (session) => {
      const file = await RemoteFile.open(session, temporary, 'write', o.signal)
      try {
        await file.write(body, offset, o.signal)
        await file.sync(o.signal)
      } finally {
        file.close()
      }
    })
  }

  #upload(key: string, id: string): Upload {
    const upload = this.#uploads.get(id)
    if (upload) return upload
    throw new WalgError('E_STORAGE_UNAVAILABLE', `unable to write ${key}: its upload has ended already`)
  }
}

/** Where a part begins; undefined while a part before it is unknown. */
function offsetOf(number: number, sizes: ReadonlyMap<number, number>): number | undefined {
  let offset = 0
  for (let before = 1; before < number; before++) {
    const size = sizes.get(before)
    if (size === undefined) return undefined
    offset += size
  }
  return offset
}

function misplaced(key: string, number: number): WalgError {
  return new WalgError(
    'E_STORAGE_UNAVAILABLE',
    `unable to write ${key}: part ${number} is not where it belongs`,
  )
}

function incomplete(key: string, expected: number, got: number | undefined): WalgError {
  const why = got === undefined ? 'its temporary file is gone' : `${got} of ${expected} bytes are there`
  return new WalgError('E_STORAGE_UNAVAILABLE', `unable to write ${key}: ${why}`, {
    details: { key, expected, got },
  })
}
