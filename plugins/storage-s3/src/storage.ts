import { defineStorage } from '@walg/sdk'
import { openS3 } from './open-s3.js'
import { s3Settings } from './settings.js'

export default defineStorage({ id: 's3', settings: s3Settings, open: (ctx) => openS3(ctx) })
