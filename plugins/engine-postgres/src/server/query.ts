import { WalgError } from '@walg/sdk'
import type { Client, QueryResultRow } from 'pg'

/** Runs one query. Rejects with `E_DATABASE_QUERY`, saying what it was for. */
export async function queryRows<R extends QueryResultRow>(
  client: Client,
  purpose: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly R[]> {
  try {
    return (await client.query<R>(text, [...values])).rows
  } catch (error) {
    throw new WalgError('E_DATABASE_QUERY', `unable to ${purpose}: ${(error as Error).message}`, {
      details: { sqlState: (error as { readonly code?: unknown }).code },
      cause: error,
    })
  }
}

/** The same for a query that gives exactly one row. */
export async function queryRow<R extends QueryResultRow>(
  client: Client,
  purpose: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<R> {
  const [row] = await queryRows<R>(client, purpose, text, values)
  if (!row) throw new WalgError('E_DATABASE_QUERY', `unable to ${purpose}: the server gave no row`)
  return row
}
