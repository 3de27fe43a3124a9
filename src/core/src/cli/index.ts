export * from './operation-command.js'
