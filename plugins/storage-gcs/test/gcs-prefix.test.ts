import { expect, test } from 'vitest'
import { parseGcsPrefix } from '../src/gcs-prefix.js'

test.each([
  ['gs://bucket', 'bucket', ''],
  ['gs://bucket/', 'bucket', ''],
  ['gs://bucket/a/b', 'bucket', 'a/b/'],
  ['gs://bucket//a//b//', 'bucket', 'a//b/'],
  ['gs://my_bucket.example.com/a%20b', 'my_bucket.example.com', 'a b/'],
  ['s3://bucket/a?x=1#y', 'bucket', 'a/'],
])('%s is in the bucket %s below %j', (prefix, bucket, root) => {
  expect(parseGcsPrefix(prefix, true)).toEqual({ bucket, root })
})

test.each([
  ['gs://bucket', ''],
  ['gs://bucket/a/b', 'a/b/'],
  ['gs://bucket//a//b//', '/a//b//'],
])('%s that is not normalised is below %j', (prefix, root) => {
  expect(parseGcsPrefix(prefix, false)).toEqual({ bucket: 'bucket', root })
})

test.each([
  ['bucket/a', 'it is not of the form gs://bucket/folder'],
  ['gs://', 'it is not of the form gs://bucket/folder'],
  ['gs:///a', 'it is not of the form gs://bucket/folder'],
  ['gs://bucket/100%', 'a % in it is not followed by two hexadecimal digits'],
])('%s is refused', (prefix, why) => {
  expect(() => parseGcsPrefix(prefix, true)).toThrow(
    `unable to open the storage WALG_GS_PREFIX=${prefix}: ${why}`,
  )
})
