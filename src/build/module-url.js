// `import.meta.url` inside a CommonJS bundle.
export const __walgModuleUrl = require('node:url').pathToFileURL(__filename).href
