import { defineSettings } from '@walg/sdk'

/** Every setting of this storage, by WAL-G's names; each may also be written with `WALG_` or `WALE_` before it. */
export const s3Settings = defineSettings({
  WALG_S3_PREFIX: {
    kind: 'string',
    aliases: ['WALE_S3_PREFIX'],
    doc: 'Bucket and folder: `s3://bucket/folder`',
  },
  AWS_ACCESS_KEY_ID: {
    kind: 'string',
    secret: true,
    aliases: [
      'WALG_AWS_ACCESS_KEY_ID',
      'WALE_AWS_ACCESS_KEY_ID',
      'AWS_ACCESS_KEY',
      'WALG_AWS_ACCESS_KEY',
      'WALE_AWS_ACCESS_KEY',
    ],
    doc: 'Access key; without it the files of the AWS tools, roles and the metadata of the machine are tried',
  },
  AWS_SECRET_ACCESS_KEY: {
    kind: 'string',
    secret: true,
    aliases: [
      'WALG_AWS_SECRET_ACCESS_KEY',
      'WALE_AWS_SECRET_ACCESS_KEY',
      'AWS_SECRET_KEY',
      'WALG_AWS_SECRET_KEY',
      'WALE_AWS_SECRET_KEY',
    ],
    doc: 'Secret of the access key',
  },
  AWS_SESSION_TOKEN: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_AWS_SESSION_TOKEN', 'WALE_AWS_SESSION_TOKEN'],
    doc: 'Token of a temporary access key',
  },
  AWS_REGION: {
    kind: 'string',
    aliases: ['WALG_AWS_REGION', 'WALE_AWS_REGION'],
    doc: 'Region of the bucket; found by asking AWS when not set, `us-east-1` for other services',
  },
  AWS_ENDPOINT: {
    kind: 'string',
    aliases: ['WALG_AWS_ENDPOINT', 'WALE_AWS_ENDPOINT'],
    doc: "Address of a service other than AWS's; https where it says nothing else",
  },
  AWS_S3_FORCE_PATH_STYLE: {
    kind: 'bool',
    default: 'false',
    aliases: ['WALG_AWS_S3_FORCE_PATH_STYLE', 'WALE_AWS_S3_FORCE_PATH_STYLE'],
    doc: 'Bucket in the path instead of the host name; always so where the address is an IP',
  },
  AWS_DUAL_STACK: {
    kind: 'bool',
    default: 'false',
    aliases: ['WALG_AWS_DUAL_STACK', 'WALE_AWS_DUAL_STACK'],
    doc: 'Endpoints of AWS that also answer on IPv6',
  },
  AWS_ROLE_ARN: {
    kind: 'string',
    aliases: ['WALG_AWS_ROLE_ARN', 'WALE_AWS_ROLE_ARN'],
    doc: 'Role to assume',
  },
  AWS_ROLE_SESSION_NAME: {
    kind: 'string',
    aliases: ['WALG_AWS_ROLE_SESSION_NAME', 'WALE_AWS_ROLE_SESSION_NAME'],
    doc: 'Name of the session of that role',
  },
  AWS_PROFILE: { kind: 'string', doc: 'Profile in the files of the AWS tools' },
  AWS_SHARED_CREDENTIALS_FILE: {
    kind: 'string',
    doc: 'File of credentials; `~/.aws/credentials` when not set',
  },
  AWS_CONFIG_FILE: { kind: 'string', doc: 'File of profiles; `~/.aws/config` when not set' },
  AWS_WEB_IDENTITY_TOKEN_FILE: {
    kind: 'path',
    doc: 'Token for the credentials of a Kubernetes service account',
  },
  AWS_CA_BUNDLE: { kind: 'string', doc: 'Certificates, as `S3_CA_CERT_FILE`, where that is not set' },
  S3_CA_CERT_FILE: {
    kind: 'path',
    aliases: ['WALG_S3_CA_CERT_FILE', 'WALE_S3_CA_CERT_FILE'],
    doc: 'Certificates that the server is checked with, instead of those that come with Node; PEM',
  },
  S3_SKIP_VALIDATION: {
    kind: 'bool',
    default: 'true',
    aliases: ['WALG_S3_SKIP_VALIDATION', 'WALE_S3_SKIP_VALIDATION'],
    doc: 'Do not list the bucket at the start',
  },
  S3_USE_YC_SESSION_TOKEN: {
    kind: 'bool',
    default: 'false',
    aliases: ['WALG_S3_USE_YC_SESSION_TOKEN', 'WALE_S3_USE_YC_SESSION_TOKEN'],
    doc: 'Credentials from the metadata service of Yandex Cloud',
  },
  S3_STORAGE_CLASS: {
    kind: 'string',
    aliases: ['WALG_S3_STORAGE_CLASS', 'WALE_S3_STORAGE_CLASS'],
    doc: 'Storage class of new objects',
  },
  S3_SSE: {
    kind: 'string',
    aliases: ['WALG_S3_SSE', 'WALE_S3_SSE'],
    doc: 'Encryption by the storage: `AES256` or `aws:kms`',
  },
  S3_SSE_C: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_S3_SSE_C', 'WALE_S3_SSE_C'],
    doc: 'Key for encryption by the storage, 32 bytes; with `S3_SSE=AES256`, and over https only',
  },
  S3_SSE_KMS_ID: {
    kind: 'string',
    aliases: ['WALG_S3_SSE_KMS_ID', 'WALE_S3_SSE_KMS_ID'],
    doc: 'Key of KMS, with `S3_SSE=aws:kms`',
  },
  S3_MAX_PART_SIZE: {
    kind: 'int',
    default: '20971520',
    min: 5 * 1024 * 1024,
    aliases: ['WALG_S3_MAX_PART_SIZE', 'WALE_S3_MAX_PART_SIZE'],
    doc: 'Bytes of a part of a multipart upload; larger ones are used where an object would need too many',
  },
  S3_MAX_PARTS: {
    kind: 'int',
    default: '10000',
    min: 1,
    aliases: ['WALG_S3_MAX_PARTS'],
    doc: "Most parts of one object; 1000 for OpenStack Swift's S3",
  },
  UPLOAD_CONCURRENCY: {
    kind: 'int',
    default: '16',
    min: 1,
    aliases: ['WALG_UPLOAD_CONCURRENCY', 'WALE_UPLOAD_CONCURRENCY'],
    doc: 'Parts of one object sent at once, as far as memory allows',
  },
  S3_MAX_RETRIES: {
    kind: 'int',
    default: '15',
    min: 0,
    aliases: ['WALG_S3_MAX_RETRIES', 'WALE_S3_MAX_RETRIES'],
    doc: 'Times that a request is made again',
  },
  S3_MIN_THROTTLING_RETRY_DELAY: {
    kind: 'int',
    default: '500',
    min: 0,
    aliases: ['WALG_S3_MIN_THROTTLING_RETRY_DELAY', 'WALE_S3_MIN_THROTTLING_RETRY_DELAY'],
    doc: 'Shortest pause when the storage asks for one, ms',
  },
  S3_MAX_THROTTLING_RETRY_DELAY: {
    kind: 'int',
    default: '300000',
    min: 0,
    aliases: ['WALG_S3_MAX_THROTTLING_RETRY_DELAY', 'WALE_S3_MAX_THROTTLING_RETRY_DELAY'],
    doc: 'Longest such pause, ms',
  },
  S3_RANGE_BATCH_ENABLED: {
    kind: 'bool',
    default: 'false',
    aliases: ['WALG_S3_RANGE_BATCH_ENABLED', 'WALE_S3_RANGE_BATCH_ENABLED'],
    doc: 'Ignored: a broken download always goes on where it broke',
  },
  S3_RANGE_MAX_RETRIES: {
    kind: 'int',
    default: '10',
    aliases: ['WALG_S3_RANGE_MAX_RETRIES', 'WALE_S3_RANGE_MAX_RETRIES'],
    doc: 'Ignored: `S3_MAX_RETRIES` counts for broken downloads, too, from the last byte that came',
  },
  S3_USE_LIST_OBJECTS_V1: {
    kind: 'bool',
    default: 'false',
    aliases: ['WALG_S3_USE_LIST_OBJECTS_V1', 'WALE_S3_USE_LIST_OBJECTS_V1'],
    doc: 'Older form of listing',
  },
  S3_LOG_LEVEL: {
    kind: 'string',
    aliases: ['WALG_S3_LOG_LEVEL', 'WALE_S3_LOG_LEVEL'],
    doc: '`DEVEL` logs every request and its answer',
  },
  S3_ENDPOINT_SOURCE: {
    kind: 'string',
    aliases: ['WALG_S3_ENDPOINT_SOURCE', 'WALE_S3_ENDPOINT_SOURCE'],
    doc: 'URL that names the node to talk to, past a balancer',
  },
  S3_ENDPOINT_PORT: {
    kind: 'string',
    default: '443',
    aliases: ['WALG_S3_ENDPOINT_PORT', 'WALE_S3_ENDPOINT_PORT'],
    doc: 'Port of that node',
  },
  S3_ENDPOINT_PROTOCOL: {
    kind: 'string',
    aliases: ['WALG_S3_ENDPOINT_PROTOCOL', 'WALE_S3_ENDPOINT_PROTOCOL'],
    doc: '`http` or `https` to that node; as `AWS_ENDPOINT` when not set',
  },
  S3_REQUEST_ADDITIONAL_HEADERS: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_S3_REQUEST_ADDITIONAL_HEADERS', 'WALE_S3_REQUEST_ADDITIONAL_HEADERS'],
    doc: 'Headers added to every request, as YAML or JSON',
  },
  S3_RETENTION_PERIOD: {
    kind: 'int',
    default: '-1',
    aliases: ['WALG_S3_RETENTION_PERIOD', 'WALE_S3_RETENTION_PERIOD'],
    doc: 'Seconds for which new objects are locked; -1 for none',
  },
  S3_RETENTION_MODE: {
    kind: 'string',
    default: 'GOVERNANCE',
    aliases: ['WALG_S3_RETENTION_MODE', 'WALE_S3_RETENTION_MODE'],
    doc: 'Kind of that lock: `GOVERNANCE` or `COMPLIANCE`',
  },
  S3_DISABLE_100_CONTINUE: {
    kind: 'bool',
    default: 'false',
    aliases: ['WALG_S3_DISABLE_100_CONTINUE', 'WALE_S3_DISABLE_100_CONTINUE'],
    doc: 'Send bodies of 2 MiB and more without asking first',
  },
  S3_ENABLE_VERSIONING: {
    kind: 'string',
    aliases: ['WALG_S3_ENABLE_VERSIONING', 'WALE_S3_ENABLE_VERSIONING'],
    doc: '`enabled` or `disabled`: whether the bucket keeps versions; asked for when they are wanted and this is not set',
  },
  S3_DELETE_BATCH_SIZE: {
    kind: 'int',
    default: '1000',
    aliases: ['WALG_S3_DELETE_BATCH_SIZE', 'WALE_S3_DELETE_BATCH_SIZE'],
    doc: 'Keys of one delete request, 1000 at most',
  },
  S3_CONDITIONAL_PUT: {
    kind: 'enum',
    values: ['auto', 'true', 'false'],
    default: 'auto',
    aliases: ['WALG_S3_CONDITIONAL_PUT'],
    doc: 'Whether the server honours If-None-Match and If-Match of a PUT; `auto` relies on it at AWS, and looks before it writes elsewhere',
  },
})

/** walg's own, which counts for every storage. */
export const timeLimits = defineSettings({
  WALG_STORAGE_TIMEOUT: { kind: 'duration', default: '1m', doc: 'No answer for so long is a failure' },
})
