import { expect, test } from 'vitest'
import { accountUrl, cloudOf } from '../src/azure-cloud.js'
import { parseAzurePrefix } from '../src/azure-prefix.js'

test.each([
  ['azure://container', 'container', ''],
  ['azure://container/', 'container', ''],
  ['azure://container//a/b//', 'container', 'a/b/'],
  ['azure://$root/a%20b', '$root', 'a b/'],
  ['s3://container/a?x=1#y', 'container', 'a/'],
])('%s is in the container %s below %j', (prefix, container, root) => {
  expect(parseAzurePrefix(prefix)).toEqual({ container, root })
})

test.each([
  ['container/a', 'it is not of the form azure://container/folder'],
  ['azure:///a', 'it is not of the form azure://container/folder'],
  ['azure://container/100%', 'a % in it is not followed by two hexadecimal digits'],
])('%s is refused', (prefix, why) => {
  expect(() => parseAzurePrefix(prefix)).toThrow(
    `unable to open the storage WALG_AZ_PREFIX=${prefix}: ${why}`,
  )
})

test.each([
  ['AzurePublicCloud', 'https://x.blob.core.windows.net'],
  ['AzureUSGovernmentCloud', 'https://x.blob.core.usgovcloudapi.net'],
  ['AZURECHINACLOUD', 'https://x.blob.core.chinacloudapi.cn'],
  ['AzureGermanCloud', 'https://x.blob.core.cloudapi.de'],
  ['another one', 'https://x.blob.core.windows.net'],
])('in %s an account is at %s', (name, url) => {
  expect(accountUrl('x', cloudOf(name).suffix, undefined)).toBe(url)
})

test('an address of its own is taken as it is', () => {
  expect(accountUrl('x', 'core.windows.net', 'http://127.0.0.1:10000/x/')).toBe('http://127.0.0.1:10000/x')
})
