import { randomUUID } from 'node:crypto'
import { atOnce } from '@walg/http'
import {
  type CallOptions,
  isWalgError,
  type MultipartDriver,
  type MultipartUpload,
  type ObjectInfo,
  type PutOptions,
  type UploadedPart,
  WalgError,
} from '@walg/sdk'
import type { GcsApi } from './gcs-api.js'
import { type GcsObject, infoOf, OBJECT_FIELDS } from './gcs-object.js'
import { conditionsOf, sendObject } from './send-object.js'
import { uploadFolder } from './temporary-objects.js'

/** Most objects that one compose call takes. */
const COMPOSED_AT_ONCE = 32
const CALLS_AT_ONCE = 8
/** Tells whose object it is when the answer to the last compose call was lost. */
const UPLOAD_ID = 'walg-upload'

/** An object that another one is made of, in this generation and no other. */
interface Source {
  readonly name: string
  readonly generation: string
  readonly size: number
}

export interface ComposedUploadOptions {
  readonly api: GcsApi
  /** What names of objects begin with. */
  readonly root: string
  readonly encryption: Readonly<Record<string, string>>
  /** Called with each temporary object that could not be deleted after all went well. */
  onLeftover(name: string, error: unknown): void
}

/**
 * Large objects from parts that are sent at once: each part is a temporary object, and the service composes them, 32 at a time and in
 * several levels, into the object, which appears with the last call. Temporary objects are deleted then.
 */
export class ComposedUpload implements MultipartDriver {
  readonly #api: GcsApi
  readonly #root: string
  readonly #encryption: Readonly<Record<string, string>>
  readonly #onLeftover: (name: string, error: unknown) => void

  constructor({ api, root, encryption, onLeftover }: ComposedUploadOptions) {
    this.#api = api
    this.#root = root
    this.#encryption = encryption
    this.#onLeftover = onLeftover
  }

  async begin(key: string, { signal }: CallOptions): Promise<MultipartUpload> {
    signal.throwIfAborted()
    return { key, id: randomUUID() }
  }

  async uploadPart(
    upload: MultipartUpload,
    number: number,
    body: readonly Uint8Array[],
    { signal }: CallOptions,
  ): Promise<UploadedPart> {
    const action = `write part ${number} of ${upload.key}`
    const name = this.#partName(upload, number)
    const { size = '0', generation = '' } = await sendObject(
      this.#api,
      action,
      name,
      body,
      this.#encryption,
      { signal },
    )
    return { number, etag: generation, size: Number(size) }
  }

  async complete(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    o: PutOptions,
  ): Promise<ObjectInfo> {
    const size = parts.reduce((sum, part) => sum + part.size, 0)
    let sources: readonly Source[] = parts.map((part) => ({
      name: this.#partName(upload, part.number),
      generation: part.etag,
      size: part.size,
    }))
    for (let level = 1; sources.length > COMPOSED_AT_ONCE; level++) {
      sources = await atOnce(CALLS_AT_ONCE, groupsOf(sources), (group, at) =>
        this.#composeLevel(upload, level, at, group, o),
      )
    }
    const made = await this.#composeLast(upload, sources, o)
    if (Number(made.size) !== size) {
      await this.#delete(`${this.#root}${upload.key}`, `take back ${upload.key}`, o, made.generation)
      throw wrongSize(upload.key, size, made)
    }
    await this.#clean(upload, o)
    return infoOf(upload.key, made)
  }

  async abort(upload: MultipartUpload, o: CallOptions): Promise<void> {
    const names = await this.#leftovers(upload, o)
    await atOnce(CALLS_AT_ONCE, names, (name) => this.#delete(name, `abort ${upload.key}`, o))
  }

  async #composeLevel(
    upload: MultipartUpload,
    level: number,
    at: number,
    sources: readonly Source[],
    { signal }: CallOptions,
  ): Promise<Source> {
    const name = `${uploadFolder(this.#root, upload.id)}level-${level}-${String(at).padStart(5, '0')}`
    const { size = '0', generation = '' } = await this.#compose(upload, name, sources, { signal })
    return { name, generation, size: Number(size) }
  }

  async #composeLast(upload: MultipartUpload, sources: readonly Source[], o: PutOptions): Promise<GcsObject> {
    const name = `${this.#root}${upload.key}`
    try {
      return await this.#compose(upload, name, sources, o, { [UPLOAD_ID]: upload.id })
    } catch (error) {
      if (!isWalgError(error, 'E_STORAGE_EXISTS') && !isWalgError(error, 'E_STORAGE_PRECONDITION'))
        throw error
      const made = await this.#madeBefore(upload, name, o)
      if (made) return made
      throw error
    }
  }

  /** What an earlier call has made, of which no answer came. */
  async #madeBefore(
    { key, id }: MultipartUpload,
    name: string,
    { signal }: CallOptions,
  ): Promise<GcsObject | undefined> {
    try {
      const found = await this.#api.json<GcsObject>({
        action: `look for ${key}`,
        method: 'GET',
        path: this.#api.objectPath(name),
        query: { fields: OBJECT_FIELDS },
        headers: this.#encryption,
        signal,
      })
      return found.metadata?.[UPLOAD_ID] === id ? found : undefined
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return undefined
      throw error
    }
  }

  async #compose(
    { key }: MultipartUpload,
    name: string,
    sources: readonly Source[],
    o: PutOptions,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<GcsObject> {
    return await this.#api.json<GcsObject>({
      action: `complete ${key}`,
      method: 'POST',
      path: `${this.#api.objectPath(name)}/compose`,
      query: { fields: OBJECT_FIELDS },
      headers: this.#encryption,
      json: {
        sourceObjects: sources.map((source) => ({
          name: source.name,
          objectPreconditions: { ifGenerationMatch: source.generation },
        })),
        destination: { contentType: 'application/octet-stream', ...(metadata && { metadata }) },
      },
      ...conditionsOf(o),
      signal: o.signal,
    })
  }

  /** The object is there by now: what cannot be deleted is left, and told. */
  async #clean(upload: MultipartUpload, o: CallOptions): Promise<void> {
    try {
      await this.abort(upload, o)
    } catch (error) {
      this.#onLeftover(uploadFolder(this.#root, upload.id), error)
    }
  }

  async #leftovers({ key, id }: MultipartUpload, { signal }: CallOptions): Promise<readonly string[]> {
    const names: string[] = []
    let pageToken: string | undefined
    do {
      const page = await this.#api.json<{ items?: readonly { name: string }[]; nextPageToken?: string }>({
        action: `abort ${key}`,
        method: 'GET',
        path: this.#api.objectPath(),
        query: { prefix: uploadFolder(this.#root, id), fields: 'items(name),nextPageToken', pageToken },
        signal,
      })
      names.push(...(page.items ?? []).map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    return names
  }

  async #delete(name: string, action: string, { signal }: CallOptions, ifMatch?: string): Promise<void> {
    const condition = ifMatch === undefined ? {} : { ifMatch }
    try {
      await this.#api.done({
        action,
        method: 'DELETE',
        path: this.#api.objectPath(name),
        signal,
        ...condition,
      })
    } catch (error) {
      if (!isWalgError(error, 'E_STORAGE_NOT_FOUND')) throw error
    }
  }

  #partName({ id }: MultipartUpload, number: number): string {
    return `${uploadFolder(this.#root, id)}part-${String(number).padStart(5, '0')}`
  }
}

function groupsOf(sources: readonly Source[]): readonly (readonly Source[])[] {
  const groups: Source[][] = []
  for (let at = 0; at < sources.length; at += COMPOSED_AT_ONCE)
    groups.push(sources.slice(at, at + COMPOSED_AT_ONCE))
  return groups
}

function wrongSize(key: string, expected: number, made: GcsObject): WalgError {
  return new WalgError(
    'E_STORAGE_UNAVAILABLE',
    `unable to complete ${key}: the service has made ${made.size} bytes of parts of ${expected} bytes`,
    { retryable: true, details: { key, expected, got: made.size } },
  )
}
