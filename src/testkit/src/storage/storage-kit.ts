import { abortChecks } from './abort-checks.js'
import { concurrencyChecks } from './concurrency-checks.js'
import { conditionalPutChecks } from './conditional-put-checks.js'
import { copyChecks } from './copy-checks.js'
import { deleteChecks } from './delete-checks.js'
import { getChecks } from './get-checks.js'
import { listChecks } from './list-checks.js'
import { multipartChecks } from './multipart-checks.js'
import { pageChecks } from './page-checks.js'
import { putChecks } from './put-checks.js'
import type { StorageCheck } from './storage-env.js'
import { streamPutChecks } from './stream-put-checks.js'

/** What every storage driver must do. Each check wants a driver on an empty prefix of its own. */
export const storageKit: readonly StorageCheck[] = [
  ...putChecks,
  ...getChecks,
  ...listChecks,
  ...deleteChecks,
  ...conditionalPutChecks,
  ...streamPutChecks,
  ...multipartChecks,
  ...copyChecks,
  ...pageChecks,
  ...concurrencyChecks,
  ...abortChecks,
]
