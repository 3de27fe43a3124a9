// How fast walg moves bytes to a storage and back, beside rclone on the same server: MiB/s and ratios, for one large object and for several at
// once. The storage is named by its settings in the environment, rclone's view of it by an rclone remote.
// node test/perf/storage-throughput.mjs storage-s3 RCLONE REMOTE [MiB]
// such as: ... storage-s3 /usr/bin/rclone ':s3,provider=Minio,endpoint="http://127.0.0.1:9000",access_key_id=k,secret_access_key=s:bucket/folder' 1024
import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { openPlugin } from './open-plugin.mjs'

const MIB = 1024 ** 2
const SEVERAL = 8
const AT_ONCE = 4
const ROUNDS = 3
const [plugin, rclone, remote, mib = '1024'] = process.argv.slice(2)
const run = promisify(execFile)
const { signal } = new AbortController()
// Memory, so that no disk is measured.
const folder = mkdtempSync('/dev/shm/walg-throughput-')
const storage = await openPlugin(plugin)
const prefix = `perf-${randomUUID()}`

function makeFile(name, size) {
  const file = openSync(join(folder, name), 'w')
  const block = randomBytes(MIB)
  for (let number = 0; number < size; number++) {
    block.writeUInt32LE(number, 0)
    writeSync(file, block)
  }
  closeSync(file)
}

async function* chunksOf(path) {
  const file = await open(path)
  try {
    for (;;) {
      const block = Buffer.allocUnsafeSlow(MIB)
      const { bytesRead } = await file.read(block, 0, MIB)
      if (bytesRead === 0) return
      yield block.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

const walg = {
  up: (name, key) => storage.write(key, chunksOf(join(folder, name)), { signal }),
  async down(key, name) {
    const { body } = await storage.read(key, { signal })
    await pipeline(Readable.from(body), createWriteStream(join(folder, name), { highWaterMark: 4 * MIB }))
  },
}
const flags = ['--config', '/dev/null', '--ignore-times', '--no-check-dest', '--retries', '1']
const theirs = {
  up: (name, key) => run(rclone, ['copyto', ...flags, join(folder, name), `${remote}/${key}`]),
  down: (key, name) => run(rclone, ['copyto', ...flags, `${remote}/${key}`, join(folder, name)]),
}

/** Several transfers, so many at once. */
async function inParallel(count, transfer) {
  let next = 0
  const work = async () => {
    while (next < count) await transfer(next++)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work))
}

async function speed(size, call) {
  const started = performance.now()
  await call()
  return size / ((performance.now() - started) / 1000)
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]

async function compare(what, count) {
  const size = Math.floor(Number(mib) / count)
  makeFile('source', size)
  const found = { 'walg up': [], 'rclone up': [], 'walg down': [], 'rclone down': [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, tool] of Object.entries({ walg, rclone: theirs })) {
      const key = (number) => `${prefix}/${name}-${round}-${number}`
      const up = () => inParallel(count, (number) => tool.up('source', key(number)))
      const down = () => inParallel(count, (number) => tool.down(key(number), `${name}-${number}`))
      found[`${name} up`].push(await speed(size * count, up))
      found[`${name} down`].push(await speed(size * count, down))
      await requireSame(`${name}-0`)
      await storage.deleteMany(
        Array.from({ length: count }, (_, number) => key(number)),
        { signal },
      )
      for (let number = 0; number < count; number++) rmSync(join(folder, `${name}-${number}`))
    }
  }
  for (const way of ['up', 'down']) {
    const [ours, other] = [median(found[`walg ${way}`]), median(found[`rclone ${way}`])]
    console.log(
      `${what}, ${way}: walg ${ours.toFixed(0)} MiB/s, rclone ${other.toFixed(0)} MiB/s, ratio ${(ours / other).toFixed(2)}`,
    )
  }
}

async function requireSame(name) {
  const got = createReadStream(join(folder, name), { highWaterMark: MIB })
  const source = readFileSync(join(folder, 'source'))
  let at = 0
  for await (const chunk of got) {
    if (!source.subarray(at, at + chunk.length).equals(chunk)) throw new Error(`${name} is another file`)
    at += chunk.length
  }
  if (at !== source.length) throw new Error(`${name} has ${at} bytes of ${source.length}`)
}

try {
  await compare('one object', 1)
  await compare(`${SEVERAL} objects, ${AT_ONCE} at once`, SEVERAL)
} finally {
  rmSync(folder, { recursive: true, force: true })
  await storage.close()
}
