import { readFile } from 'node:fs/promises'
import { isWalgError, type OperationInput, WalgError } from '@walg/sdk'
import { parseMembers } from '../catalog/document.js'
import { parseTablespaceSpec, type TablespaceSpec } from '../catalog/tablespace-spec.js'

/** The file of `--restore-spec`; undefined without that flag. Rejects with `E_ARGUMENT_INVALID`. */
export async function restoreSpecOf(input: OperationInput): Promise<TablespaceSpec | undefined> {
  const path = input.flags['restore-spec']
  if (typeof path !== 'string' || path === '') return undefined
  try {
    return parseTablespaceSpec(path, parseMembers(path, await readFile(path)))
  } catch (error) {
    const { message } = error as Error
    const why = isWalgError(error) ? message : `unable to read ${path}: ${message}`
    throw new WalgError('E_ARGUMENT_INVALID', why, { details: { path }, cause: error })
  }
}
