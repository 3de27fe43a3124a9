import { knownSettings } from '@walg/core'
import { expect, test } from 'vitest'

const known = knownSettings()

test.each([
  'AWS_SECRET_ACCESS_KEY',
  'WALG_AWS_SECRET_ACCESS_KEY',
  'WALE_SSH_PASSWORD',
  'PGPASSWORD',
  'WALG_PGP_KEY',
  'WALG_LIBSODIUM_KEY',
  'GCS_ENCRYPTION_KEY',
  'S3_SSE_C',
  'MONGODB_URI',
  'WALG_MYSQL_DATASOURCE_NAME',
  'SQLSERVER_CONNECTION_STRING',
  'AZURE_CLIENT_SECRET',
  'ST_KEY',
])('%s is a secret', (name) => {
  expect(known.get(name)?.secret).toBe(true)
})

test.each(['WALG_PGP_KEY_PATH', 'WALG_LIBSODIUM_KEY_PATH', 'AWS_REGION', 'PGUSER'])('%s is none', (name) => {
  expect(known.get(name)?.secret).toBeUndefined()
})

test('storage settings are known under three names', () => {
  for (const name of ['S3_SSE', 'WALG_S3_SSE', 'WALE_S3_SSE']) expect(known.has(name)).toBe(true)
})

test('names are upper case, and each kind has what it needs', () => {
  for (const [name, spec] of known) {
    expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/)
    if (spec.kind === 'enum') expect(spec.values?.length).toBeGreaterThan(1)
  }
})
