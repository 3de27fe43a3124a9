import { walFetch } from '../operations/wal-fetch.js'

export default walFetch
