import type { ObjectCalls } from '../object-calls.js'
import type { S3Service } from '../s3-requests.js'
import type { SdkCalls } from '../sdk-calls.js'
import { copyObject } from './sdk/copy-object.js'
import { deleteObjects } from './sdk/delete-objects.js'
import { listObjects } from './sdk/list-objects.js'
import { multipartFrame } from './sdk/multipart-frame.js'
import { bucketIsVersioned, objectVersions } from './sdk/object-versions.js'
import { openSdkClient } from './sdk/sdk-client.js'

/** The calls that need the AWS SDK, which this module carries in its bundle. */
export function openSdk(service: S3Service, objects: ObjectCalls, region: string): SdkCalls {
  const client = openSdkClient(service, objects, region)
  return {
    list: (prefix, o) => listObjects(client, prefix, o),
    delete: (keys, o) =>
      deleteObjects(
        client,
        keys.map((key) => ({ key })),
        o,
      ),
    copy: (from, to, o) => copyObject(client, from, to, o),
    multipart: multipartFrame(client),
    versions: objectVersions(client),
    isVersioned: bucketIsVersioned(client),
    close: () => client.close(),
  }
}
