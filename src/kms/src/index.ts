export * from './kms-errors.js'
export * from './retry.js'
export * from './yandex-kms.js'
