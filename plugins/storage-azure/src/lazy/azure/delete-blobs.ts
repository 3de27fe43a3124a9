import { BlobBatch, type BlobBatchClient } from '@azure/storage-blob'
import { atOnce } from '@walg/http'
import { type CallOptions, type DeleteOutcome, isWalgError } from '@walg/sdk'
import type { AzureCalls } from './azure-calls.js'

const DELETES_AT_ONCE = 16
const DELETED = 202
const ABSENT = new Set(['BlobNotFound'])

/** Deletes blobs and their snapshots: in batches, or one by one where the credentials or the server do not allow that. */
export class BlobDeletion {
  readonly #calls: AzureCalls
  readonly #batches: BlobBatchClient
  #isBatchAllowed = true

  constructor(calls: AzureCalls, batches: BlobBatchClient) {
    this.#calls = calls
    this.#batches = batches
  }

  async delete(keys: readonly string[], o: CallOptions): Promise<readonly DeleteOutcome[]> {
    o.signal.throwIfAborted()
    if (keys.length > 1 && this.#isBatchAllowed) {
      const outcomes = await this.#inBatch(keys, o)
      if (outcomes) return outcomes
      this.#isBatchAllowed = false
    }
    return await atOnce(DELETES_AT_ONCE, keys, (key) => this.#deleteOne(key, o))
  }

  /** Undefined when batches do not go here. */
  async #inBatch(
    keys: readonly string[],
    { signal }: CallOptions,
  ): Promise<readonly DeleteOutcome[] | undefined> {
    const action = `delete ${keys.length} objects`
    const blobs = keys.map((key) => this.#calls.blob(key))
    try {
      return await this.#calls.do({ action, signal }, async () => {
        const batch = new BlobBatch()
        for (const blob of blobs) await batch.deleteBlob(blob, { deleteSnapshots: 'include' })
        const { subResponses } = await this.#batches.submitBatch(batch, { abortSignal: signal })
        if (subResponses.length !== keys.length) return undefined
        return keys.map((key, at) => this.#outcome(key, subResponses[at]!))
      })
    } catch (error) {
      const isAnswer = isWalgError(error) && !error.retryable && error.code !== 'E_STORAGE_CONFIG'
      if (!isAnswer) throw error
      return undefined
    }
  }

  #outcome(
    key: string,
    {
      status,
      errorCode = '',
      statusMessage,
      headers,
    }: Awaited<ReturnType<BlobBatchClient['submitBatch']>>['subResponses'][number],
  ): DeleteOutcome {
    if (status === DELETED || ABSENT.has(errorCode)) return { key, deleted: true }
    const header = (name: string) => headers.get(name)
    const error = this.#calls.refused(
      { action: `delete ${key}` },
      { status, code: errorCode, message: statusMessage, header },
    )
    // To delete again does no harm, so the whole batch can be repeated.
    if (error.retryable || error.code === 'E_STORAGE_CONFIG') throw error
    return { key, deleted: false, error }
  }

  async #deleteOne(key: string, { signal }: CallOptions): Promise<DeleteOutcome> {
    try {
      await this.#calls.do({ action: `delete ${key}`, signal }, () =>
        this.#calls.blob(key).delete({ deleteSnapshots: 'include', abortSignal: signal }),
      )
      return { key, deleted: true }
    } catch (error) {
      if (isWalgError(error, 'E_STORAGE_NOT_FOUND')) return { key, deleted: true }
      if (!isWalgError(error) || error.retryable || error.code === 'E_STORAGE_CONFIG') throw error
      return { key, deleted: false, error }
    }
  }
}
