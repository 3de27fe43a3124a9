import { pluginContext } from '@walg/testkit'
import { describe, expect, test } from 'vitest'
import { bucketAddress, encodeKey } from '../src/bucket-address.js'
import { readConfig } from '../src/s3-config.js'

const PREFIX = { WALG_S3_PREFIX: 's3://bucket/folder' }
const config = (settings: Readonly<Record<string, string>> = {}) =>
  readConfig(pluginContext({ ...PREFIX, ...settings }).settings)
const hostOf = (settings: Readonly<Record<string, string>>, region = 'eu-west-1') => {
  const { host, pathPrefix } = bucketAddress(config(settings), region)
  return `${host}${pathPrefix}`
}

describe('prefix', () => {
  test.each([
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', ''],
    ['s3://bucket/a/b/', 'bucket', 'a/b'],
    ['S3://Bucket/a%20b', 'Bucket', 'a b'],
    ['any://user:secret@bucket/x?y#z', 'bucket', 'x'],
    ['s3://bucket/100%', 'bucket', '100%'],
  ])('%s is bucket %s, folder %s', (prefix, bucket, folder) => {
    expect(config({ WALG_S3_PREFIX: prefix })).toMatchObject({ bucket, folder })
  })

  test.each(['bucket/folder', 's3:///folder', 's3://'])('%s is refused', (prefix) => {
    expect(() => config({ WALG_S3_PREFIX: prefix })).toThrow(
      expect.objectContaining({ code: 'E_STORAGE_CONFIG' }),
    )
  })
})

describe('address', () => {
  test.each([
    ['of a region', {}, 'eu-west-1', 'bucket.s3.eu-west-1.amazonaws.com'],
    ['in China', {}, 'cn-north-1', 'bucket.s3.cn-north-1.amazonaws.com.cn'],
    ['with IPv6', { AWS_DUAL_STACK: 'true' }, 'eu-west-1', 'bucket.s3.dualstack.eu-west-1.amazonaws.com'],
    [
      'of a bucket that does not fit the certificate',
      { WALG_S3_PREFIX: 's3://a.b/x' },
      'eu-west-1',
      's3.eu-west-1.amazonaws.com/a.b',
    ],
    [
      'of a bucket that is no host name',
      { WALG_S3_PREFIX: 's3://My_Bucket/x' },
      'eu-west-1',
      's3.eu-west-1.amazonaws.com/My_Bucket',
    ],
    ['of another service', { AWS_ENDPOINT: 's3.example' }, 'x', 'bucket.s3.example'],
    ['with a port', { AWS_ENDPOINT: 'http://s3.example:9000' }, 'x', 'bucket.s3.example:9000'],
    ['of an IP', { AWS_ENDPOINT: 'http://127.0.0.1:9000' }, 'x', '127.0.0.1:9000/bucket'],
    ['of an IPv6', { AWS_ENDPOINT: 'http://[::1]:9000' }, 'x', '[::1]:9000/bucket'],
    [
      'by path, when wanted',
      { AWS_ENDPOINT: 'https://s3.example/base/', AWS_S3_FORCE_PATH_STYLE: 'true' },
      'x',
      's3.example/base/bucket',
    ],
  ] as const)('%s', (_name, settings, region, expected) => {
    expect(hostOf(settings, region)).toBe(expected)
  })

  test('says nothing of http or https: https', () => {
    expect(bucketAddress(config({ AWS_ENDPOINT: 's3.example' }), 'x').isTls).toBe(true)
    expect(bucketAddress(config({ AWS_ENDPOINT: 'http://s3.example' }), 'x').isTls).toBe(false)
  })

  test('keys are encoded, slashes stay', () => {
    expect(encodeKey("a b/ä/+&=?#%/(x)'!*~-_.")).toBe('a%20b/%C3%A4/%2B%26%3D%3F%23%25/%28x%29%27%21%2A~-_.')
  })
})

describe('what contradicts itself is refused before anything is sent', () => {
  const KEY = '0123456789abcdef0123456789abcdef'
  test.each([
    ['KMS without its key', { S3_SSE: 'aws:kms' }, 'S3_SSE_KMS_ID'],
    ['a key of KMS with another encryption', { S3_SSE: 'AES256', S3_SSE_KMS_ID: 'k' }, 'S3_SSE_KMS_ID'],
    ["a customer's key without algorithm", { S3_SSE_C: KEY }, 'S3_SSE_C'],
    ["a customer's key over http", { S3_SSE: 'AES256', S3_SSE_C: KEY, AWS_ENDPOINT: 'http://x' }, 'S3_SSE_C'],
    [
      "a customer's key over http to a node",
      {
        S3_SSE: 'AES256',
        S3_SSE_C: KEY,
        AWS_ENDPOINT: 'https://x',
        S3_ENDPOINT_SOURCE: 'http://y',
        S3_ENDPOINT_PROTOCOL: 'http',
      },
      'S3_SSE_C',
    ],
    ["a customer's key of another length", { S3_SSE: 'AES256', S3_SSE_C: 'short' }, 'S3_SSE_C'],
    ['an unknown lock', { S3_RETENTION_PERIOD: '60', S3_RETENTION_MODE: 'X' }, 'S3_RETENTION_MODE'],
    ['an endpoint of another kind', { AWS_ENDPOINT: 'ftp://x' }, 'AWS_ENDPOINT'],
    ['parts that no server takes', { S3_MAX_PART_SIZE: '1000' }, 'S3_MAX_PART_SIZE'],
    ['an unknown state of versions', { S3_ENABLE_VERSIONING: 'maybe' }, 'S3_ENABLE_VERSIONING'],
    ['a file of certificates that is not there', { S3_CA_CERT_FILE: '/nowhere/ca' }, 'S3_CA_CERT_FILE'],
    ['a port that is none', { S3_ENDPOINT_SOURCE: 'http://y', S3_ENDPOINT_PORT: '0' }, 'S3_ENDPOINT_PORT'],
  ] as const)('%s', (_name, settings, name) => {
    expect(() => config(settings)).toThrow(
      expect.objectContaining({ code: 'E_SETTING_INVALID', message: expect.stringContaining(name) }),
    )
    expect(() => config(settings)).not.toThrow(KEY)
  })
})

describe('settings', () => {
  test('are found by every name that WAL-G takes', () => {
    expect(config({ WALE_AWS_ACCESS_KEY: ' key ', AWS_SECRET_KEY: 'secret\n' }).credentials).toMatchObject({
      accessKeyId: 'key',
      secretAccessKey: 'secret',
    })
    expect(config({ WALG_S3_STORAGE_CLASS: 'GLACIER_IR' }).storageClass).toBe('GLACIER_IR')
    expect(config({ WALG_UPLOAD_CONCURRENCY: '3' }).concurrency).toBe(3)
  })

  test('have the defaults of WAL-G', () => {
    expect(config()).toMatchObject({
      partBytes: 20_971_520,
      concurrency: 16,
      attempts: 16,
      throttledFirstDelayMs: 500,
      throttledLongestDelayMs: 300_000,
      deleteBatch: 1000,
      retention: undefined,
      encryption: undefined,
      isPathStyle: false,
    })
  })

  test('of a delete batch stay within what S3 takes', () => {
    expect(config({ S3_DELETE_BATCH_SIZE: '0' }).deleteBatch).toBe(1000)
    expect(config({ S3_DELETE_BATCH_SIZE: '5000' }).deleteBatch).toBe(1000)
    expect(config({ S3_DELETE_BATCH_SIZE: '7' }).deleteBatch).toBe(7)
  })

  test('let AWS decide on conditions, and others only when the user says so', () => {
    expect(config().conditionalPut).toBe(true)
    expect(config({ AWS_ENDPOINT: 'https://s3.eu-west-1.amazonaws.com' }).conditionalPut).toBe(true)
    expect(config({ AWS_ENDPOINT: 'https://amazonaws.com.example' }).conditionalPut).toBe(false)
    expect(config({ AWS_ENDPOINT: 'https://x', S3_CONDITIONAL_PUT: 'true' }).conditionalPut).toBe(true)
    expect(config({ S3_CONDITIONAL_PUT: 'false' }).conditionalPut).toBe(false)
  })
})
