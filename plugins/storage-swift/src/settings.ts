import { defineSettings } from '@walg/sdk'

/** Where several names are read, the first that is set counts, as in WAL-G. */
export const swiftSettings = defineSettings({
  WALG_SWIFT_PREFIX: {
    kind: 'string',
    aliases: ['WALE_SWIFT_PREFIX'],
    doc: 'Container and folder: `swift://container/folder`; the container must exist',
  },
  OS_AUTH_URL: {
    kind: 'string',
    aliases: ['WALG_OS_AUTH_URL', 'WALE_OS_AUTH_URL', 'ST_AUTH'],
    doc: 'Address of the identity service: `https://host:5000/v3`, `https://host/auth/v1.0`',
  },
  OS_USERNAME: {
    kind: 'string',
    aliases: ['WALG_OS_USERNAME', 'WALE_OS_USERNAME'],
    doc: 'User',
  },
  OS_USER_ID: { kind: 'string', doc: 'Id of the user, instead of name and domain' },
  OS_PASSWORD: {
    kind: 'string',
    secret: true,
    aliases: ['WALG_OS_PASSWORD', 'WALE_OS_PASSWORD'],
    doc: 'Password',
  },
  OS_TENANT_NAME: {
    kind: 'string',
    aliases: ['WALG_OS_TENANT_NAME', 'WALE_OS_TENANT_NAME'],
    doc: 'Project',
  },
  OS_PROJECT_NAME: { kind: 'string', doc: 'Project, when `OS_TENANT_NAME` is not set' },
  OS_TENANT_ID: { kind: 'string', aliases: ['OS_PROJECT_ID'], doc: 'Id of the project, instead of its name' },
  OS_REGION_NAME: {
    kind: 'string',
    aliases: ['WALG_OS_REGION_NAME', 'WALE_OS_REGION_NAME'],
    doc: 'Region; the first one that is offered when not set',
  },
  OS_USER_DOMAIN_NAME: { kind: 'string', doc: 'Domain of the user' },
  OS_USER_DOMAIN_ID: { kind: 'string', doc: 'Id of the domain of the user; `default` when neither is set' },
  OS_PROJECT_DOMAIN_NAME: { kind: 'string', doc: 'Domain of the project; that of the user when not set' },
  OS_PROJECT_DOMAIN_ID: { kind: 'string', doc: 'Id of the domain of the project' },
  OS_TRUST_ID: { kind: 'string', doc: 'Trust to log in by, instead of a project' },
  OS_APPLICATION_CREDENTIAL_ID: {
    kind: 'string',
    doc: 'Application credential, instead of user and password',
  },
  OS_APPLICATION_CREDENTIAL_NAME: {
    kind: 'string',
    doc: 'Name of the application credential; needs the user, too',
  },
  OS_APPLICATION_CREDENTIAL_SECRET: {
    kind: 'string',
    secret: true,
    doc: 'Secret of the application credential',
  },
  OS_ENDPOINT_TYPE: {
    kind: 'enum',
    values: ['public', 'internal', 'admin', 'publicURL', 'internalURL', 'adminURL'],
    default: 'public',
    doc: 'Which address of the storage is used',
  },
  OS_STORAGE_URL: { kind: 'string', doc: 'Address of the storage, instead of the one that the login gives' },
  OS_AUTH_TOKEN: { kind: 'string', secret: true, doc: 'Token to begin with; needs `OS_STORAGE_URL`' },
  OS_CACERT: { kind: 'path', doc: 'Certificates that are trusted instead of the usual ones, PEM' },
  ST_USER: { kind: 'string', doc: 'User, for version 1 of authentication' },
  ST_KEY: { kind: 'string', secret: true, doc: 'Password, for version 1 of authentication' },
  ST_AUTH_VERSION: {
    kind: 'enum',
    values: ['1', '2', '3', '1.0', '2.0', '3.0'],
    doc: 'Version of authentication, when `OS_AUTH_URL` does not tell it',
  },
  GOSWIFT_RETRIES: {
    kind: 'int',
    min: 0,
    doc: 'Times that a request is made again; as long as `WALG_STORAGE_RETRY_TIME` allows when not set',
  },
  GOSWIFT_CONNECT_TIMEOUT: {
    kind: 'duration',
    default: '10s',
    min: 1,
    doc: 'Time in which a connection must be there',
  },
  GOSWIFT_TIMEOUT: {
    kind: 'duration',
    default: '60s',
    min: 1,
    doc: 'Time in which the server has to show a sign of life',
  },
  GOSWIFT_INTERNAL: { kind: 'bool', default: 'false', doc: 'The same as `OS_ENDPOINT_TYPE=internal`' },
  GOSWIFT_USER_AGENT: { kind: 'string', default: 'walg', doc: 'What walg calls itself' },
  SWIFT_SEGMENT_SIZE: {
    kind: 'bytes',
    default: '32MiB',
    doc: 'Objects that are larger are stored in segments of this size',
  },
  SWIFT_SEGMENT_CONCURRENCY: {
    kind: 'int',
    min: 1,
    default: '4',
    doc: 'Segments of one object sent at once',
  },
  SWIFT_SEGMENTS_CONTAINER: {
    kind: 'string',
    doc: 'Container of segments, made when needed; that of the prefix with `_segments` behind it when not set',
  },
})
