// Stores one large object as a stream of unknown length, reads it back, and says how fast that was and how much memory it took.
// Exit code 1 when it came back as another one, or took more memory than is allowed. The storage is named by its settings in the environment.
// node test/perf/large-object.mjs storage-s3 [GiB]
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { openPlugin } from './open-plugin.mjs'

const MIB = 1024 ** 2
const LIMIT_MIB = 256
const [plugin, gib = '6'] = process.argv.slice(2)
const total = Number(gib) * 1024
const { signal } = new AbortController()
const storage = await openPlugin(plugin)
const key = `perf/${randomUUID()}`

/** No block is like another, and none can be compressed. */
async function* blocks(hash) {
  const random = randomBytes(MIB)
  for (let number = 0; number < total; number++) {
    const block = Buffer.allocUnsafeSlow(MIB)
    random.copy(block)
    block.writeUInt32LE(number, 0)
    block.writeUInt32LE(number, MIB / 2)
    hash.update(block)
    yield block
  }
}

async function timed(what, call) {
  const started = performance.now()
  const result = await call()
  const seconds = (performance.now() - started) / 1000
  console.log(
    `${what} ${gib} GiB in ${seconds.toFixed(1)} s, ${(total / seconds).toFixed(0)} MiB/s; peak memory ${peakMiB()} MiB`,
  )
  return result
}

const peakMiB = () => Math.round(process.resourceUsage().maxRSS / 1024)

try {
  const written = createHash('sha256')
  const info = await timed('written:', () => storage.write(key, blocks(written), { signal }))
  const sent = written.digest('hex')
  const got = await timed('read:', async () => {
    const read = createHash('sha256')
    const { body } = await storage.read(key, { signal })
    for await (const chunk of body) read.update(chunk)
    return read.digest('hex')
  })
  const isSame = sent === got && info.size === total * MIB
  if (!isSame) console.log(`wrote ${sent} (${info.size} bytes), read ${got}`)
  const isSmall = peakMiB() <= LIMIT_MIB
  console.log(`same bytes: ${isSame ? 'yes' : 'NO'}; within ${LIMIT_MIB} MiB: ${isSmall ? 'yes' : 'NO'}`)
  process.exitCode = isSame && isSmall ? 0 : 1
} finally {
  await storage.deleteMany([key], { signal })
  await storage.close()
}
