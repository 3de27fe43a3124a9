export * from './at-once.js'
export * from './http-body.js'
export * from './http-transport.js'
export * from './on-abort.js'
