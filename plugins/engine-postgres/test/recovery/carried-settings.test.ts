import { resolve } from 'node:path'
import { EffectiveSettings, knownSettings } from '@walg/core'
import type { GivenSetting, OperationContext } from '@walg/sdk'
import { expect, test } from 'vitest'
import { carriedSettings } from '../../src/recovery/carried-settings.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { testContext } from '../support/test-context.js'

type Source = GivenSetting['source']

function contextWith(values: Readonly<Record<string, readonly [string, Source]>>): OperationContext {
  const entries = Object.entries(values).map(
    ([name, [text, source]]) => [name, { text, source, origin: 'the test' }] as const,
  )
  const settings = new EffectiveSettings(new Map(entries), new Map(knownSettings()))
  return { ...testContext({ default: new MemoryDriver() }), settings }
}

const withFlags = (flags = {}) => ({ args: {}, flags })

test('what the environment and flags say of the repository is carried, and nothing else', () => {
  const ctx = contextWith({
    WALG_S3_PREFIX: ['s3://bucket/x', 'environment'],
    AWS_REGION: ['north', 'flag'],
    WALG_COMPRESSION_METHOD: ['lz4', 'file'],
    PGHOST: ['/run', 'environment'],
    SHELL: ['/bin/sh', 'environment'],
    WALG_TARGET_STORAGE: ['default', 'flag'],
  })

  expect(carriedSettings(ctx, withFlags())).toEqual({
    configPath: undefined,
    environment: { WALG_S3_PREFIX: 's3://bucket/x', AWS_REGION: 'north' },
    neededSecrets: [],
  })
})

test('secrets are named and not carried', () => {
  const ctx = contextWith({
    AWS_SECRET_ACCESS_KEY: ['hidden', 'environment'],
    WALG_LIBSODIUM_KEY: ['hidden', 'flag'],
    WALG_PGP_KEY: ['hidden', 'file'],
    WALG_FAILOVER_STORAGES: ['{"b":{"AWS_SECRET_ACCESS_KEY":"hidden"}}', 'environment'],
  })

  const carried = carriedSettings(ctx, withFlags({ config: '/etc/walg.json' }))

  expect(carried.neededSecrets).toEqual([
    'AWS_SECRET_ACCESS_KEY',
    'WALG_FAILOVER_STORAGES',
    'WALG_LIBSODIUM_KEY',
  ])
  expect(JSON.stringify(carried)).not.toContain('hidden')
})

test('paths do not depend on the folder in which PostgreSQL runs the command', () => {
  const ctx = contextWith({
    WALG_FILE_PREFIX: ['repo', 'environment'],
    WALG_CONFIG_PATH: ['walg.json', 'environment'],
  })

  expect(carriedSettings(ctx, withFlags())).toMatchObject({
    configPath: resolve('walg.json'),
    environment: { WALG_FILE_PREFIX: resolve('repo') },
  })
})
