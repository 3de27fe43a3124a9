import { walPrefetch } from '../operations/wal-prefetch.js'

export default walPrefetch
