import { createHash, randomUUID } from 'node:crypto'
import type {
  CallOptions,
  MultipartDriver,
  MultipartUpload,
  ObjectInfo,
  PutOptions,
  UploadedPart,
} from '@walg/sdk'
import type { ManifestSegment } from '../client/swift-api.js'
import { deleteSegments } from './delete.js'
import { isLarge, objectInfo, type Repository } from './repository.js'
import { isStatus } from './swift-errors.js'

/** Objects whose segments lie in a container of their own, where no list of the repository meets them (SLO). */
export class SwiftMultipart implements MultipartDriver {
  readonly #repository: Repository
  readonly #conditions: (key: string, o: PutOptions) => Promise<Record<string, string>>

  constructor(
    repository: Repository,
    conditions: (key: string, o: PutOptions) => Promise<Record<string, string>>,
  ) {
    this.#repository = repository
    this.#conditions = conditions
  }

  async begin(key: string, o: CallOptions): Promise<MultipartUpload> {
    const repository = this.#repository
    await repository.on(o.signal, 'write', key, () => repository.makeSegments(o.signal))
    return { key, id: randomUUID() }
  }

  async uploadPart(
    upload: MultipartUpload,
    number: number,
    body: readonly Uint8Array[],
    o: CallOptions,
  ): Promise<UploadedPart> {
    const { api, segments } = this.#repository
    const etag = md5(body)
    await this.#repository.on(o.signal, 'write', upload.key, () =>
      api.put(segments, this.#segment(upload, number), body, { etag }, o.signal),
    )
    return { number, etag, size: body.reduce((sum, { length }) => sum + length, 0) }
  }

  async complete(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    o: PutOptions,
  ): Promise<ObjectInfo> {
    const repository = this.#repository
    const { key } = upload
    const manifest = parts.map(({ number, etag, size }) => ({
      path: `/${repository.segments}/${this.#segment(upload, number)}`,
      etag,
      size_bytes: size,
    }))
    return await repository.writing(key, o, async () => {
      const conditions = await this.#conditions(key, o)
      const replaced = await this.#segmentsOf(key, o.signal)
      const { api, container } = repository
      const headers = await api.putManifest(container, repository.name(key), manifest, conditions, o.signal)
      const kept = new Set(manifest.map(({ path }) => path))
      const left = replaced.map(({ path }) => path).filter((path) => !kept.has(path))
      await deleteSegments(repository, left, o.signal)
      const size = parts.reduce((sum, part) => sum + part.size, 0)
      return objectInfo(key, headers, size)
    })
  }

  async abort(upload: MultipartUpload, o: CallOptions): Promise<void> {
    const repository = this.#repository
    await repository.on(o.signal, 'give up', upload.key, async () => {
      const paths: string[] = []
      let marker = ''
      for (;;) {
        const query = { prefix: this.#folder(upload), ...(marker !== '' && { marker }) }
        const found = await repository.api.list(repository.segments, query, o.signal)
        const names = found.flatMap((entry) => ('name' in entry ? [entry.name] : []))
        if (names.length === 0) break
        paths.push(...names.map((name) => `/${repository.segments}/${name}`))
        marker = names.at(-1)!
      }
      await deleteSegments(repository, paths, o.signal)
    })
  }

  /** Segments of the large object that is about to be replaced; nobody else deletes them. */
  async #segmentsOf(key: string, signal: AbortSignal): Promise<readonly ManifestSegment[]> {
    const { api, container } = this.#repository
    const name = this.#repository.name(key)
    try {
      if (!isLarge(await api.head(container, name, signal))) return []
      return await api.manifest(container, name, signal)
    } catch (error) {
      if (isStatus(error, 404)) return []
      throw error
    }
  }

  #folder({ key, id }: MultipartUpload): string {
    return `${this.#repository.container}/${this.#repository.name(key)}/${id}/`
  }

  #segment(upload: MultipartUpload, number: number): string {
    return `${this.#folder(upload)}${String(number).padStart(8, '0')}`
  }
}

export function md5(body: readonly Uint8Array[]): string {
  const hash = createHash('md5')
  for (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}
