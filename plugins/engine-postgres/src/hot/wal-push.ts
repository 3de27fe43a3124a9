import { walPush } from '../operations/wal-push.js'

export default walPush
