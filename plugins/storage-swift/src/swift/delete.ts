import type { DeleteOutcome, WalgError } from '@walg/sdk'
import { StatusError } from '../client/package-request.js'
import type { BulkAnswer } from '../client/swift-api.js'
import { inParallel } from './in-parallel.js'
import { isLarge, type Repository } from './repository.js'
import { isStatus, swiftError } from './swift-errors.js'

const AT_ONCE = 16

/** Large objects go with their segments, one by one; all others in one request where the cluster can. */
export async function deleteKeys(
  repository: Repository,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly DeleteOutcome[]> {
  const errors = new Map<string, unknown>()
  const kinds = await inParallel(keys, AT_ONCE, async (key) => {
    try {
      return await repository.on(signal, 'delete', key, () => kindOf(repository, key, signal))
    } catch (error) {
      signal.throwIfAborted()
      errors.set(key, error)
      return 'failed'
    }
  })
  const of = (kind: string) => keys.filter((_, at) => kinds[at] === kind)
  await inParallel(of('large'), AT_ONCE, async (key) => {
    await noting(repository, key, errors, signal, async () => {
      requireDone(await repository.api.deleteLarge(repository.container, repository.name(key), signal))
    })
  })
  await deletePlain(repository, of('plain'), errors, signal)
  return keys.map((key) =>
    errors.has(key) ? { key, deleted: false, error: errors.get(key) } : { key, deleted: true },
  )
}

/** Deletes segments, `/container/name` each; missing ones are fine. */
export async function deleteSegments(
  repository: Repository,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const limit = repository.info.bulk_delete?.max_deletes_per_request
  if (limit === undefined) {
    await inParallel(paths, AT_ONCE, async (path) => {
      const [, container = '', name = ''] = /^\/([^/]+)\/(.*)$/s.exec(path) ?? []
      await unlessMissing(() => repository.api.delete(container, name, signal))
    })
    return
  }
  for (let at = 0; at < paths.length; at += limit)
    requireDone(await repository.api.deleteBulk(paths.slice(at, at + limit), signal))
}

async function kindOf(
  repository: Repository,
  key: string,
  signal: AbortSignal,
): Promise<'large' | 'plain' | 'absent'> {
  try {
    const headers = await repository.api.head(repository.container, repository.name(key), signal)
    return isLarge(headers) ? 'large' : 'plain'
  } catch (error) {
    if (!isStatus(error, 404)) throw error
    const explained = await repository.explained(signal, 'delete', key, error)
    if ((explained as WalgError).code !== 'E_STORAGE_NOT_FOUND') throw explained
    return 'absent'
  }
}

async function deletePlain(
  repository: Repository,
  keys: readonly string[],
  errors: Map<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  const { container, api } = repository
  const limit = repository.info.bulk_delete?.max_deletes_per_request
  if (limit === undefined || keys.length <= 1) {
    await inParallel(keys, AT_ONCE, async (key) => {
      await noting(repository, key, errors, signal, async () => {
        await unlessMissing(() => api.delete(container, repository.name(key), signal))
      })
    })
    return
  }
  for (let at = 0; at < keys.length; at += limit) {
    const batch = keys.slice(at, at + limit)
    const path = (key: string) => `/${container}/${repository.name(key)}`
    const answer = await repository.on(signal, 'delete', `${batch.length} objects`, () =>
      api.deleteBulk(batch.map(path), signal),
    )
    const failed = new Map((answer.Errors ?? []).map(([name, status]) => [decodeURIComponent(name), status]))
    const isWhole = failed.size > 0 || statusOf(answer['Response Status']) < 300
    for (const key of batch) {
      const status = failed.get(path(key)) ?? (isWhole ? undefined : answer['Response Status'])
      if (status !== undefined) errors.set(key, swiftError('delete', key, statusError(status), container))
    }
  }
}

async function noting(
  repository: Repository,
  key: string,
  errors: Map<string, unknown>,
  signal: AbortSignal,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await repository.on(signal, 'delete', key, run)
  } catch (error) {
    signal.throwIfAborted()
    errors.set(key, error)
  }
}

async function unlessMissing(run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}

/** The request succeeds in any case; what became of it stands in its report. */
function requireDone(answer: BulkAnswer): void {
  const [failed] = (answer.Errors ?? []).filter(([, status]) => statusOf(status) !== 404)
  if (failed) throw statusError(failed[1])
  const status = answer['Response Status'] ?? '200'
  if (statusOf(status) >= 300 && statusOf(status) !== 404 && (answer.Errors ?? []).length === 0)
    throw statusError(status)
}

function statusOf(text: string | undefined): number {
  return Number.parseInt(text ?? '200', 10)
}

function statusError(text: string): StatusError {
  return new StatusError(statusOf(text), {}, text)
}
