// MB/s of the two zstd engines of codec-zstd, that of node:zlib and zstd-napi, in the node that runs this: which one is the faster decides
// which one the codec takes. Run it with each version of node; one without zstd of its own has only one row.
//
//   npm run build && node test/perf/zstd-engines.mjs

import { zstdCompressor } from '../../plugins/codec-zstd/dist/compressor.js'
import { nativeEngine } from '../../plugins/codec-zstd/dist/lazy/native-engine.js'
import { runtimeEngine } from '../../plugins/codec-zstd/dist/runtime-engine.js'
import { heapLike, walLike } from './database-data.mjs'

const MiB = 1024 * 1024
const ROUNDS = 7
const o = { signal: new AbortController().signal, concurrency: 4 }

async function* streamOf(bytes) {
  for (let at = 0; at < bytes.length; at += MiB) yield bytes.subarray(at, at + MiB)
}

async function collected(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Medians of the rounds after the first two. */
async function measured(run, bytes) {
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const [cpu, started] = [process.cpuUsage(), performance.now()]
    for await (const _ of run());
    const { user, system } = process.cpuUsage(cpu)
    rounds.push({ seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 })
  }
  const median = (name) => {
    const values = rounds.slice(2).map((round) => round[name])
    return values.sort((a, b) => a - b)[values.length >> 1]
  }
  return [median('cpuSeconds'), median('seconds')].map((seconds) => (bytes / 1e6 / seconds).toFixed(0))
}

console.log('| node | engine | data | way | MB/s per core | MB/s |')
console.log('| --- | --- | --- | --- | --- | --- |')
const engines = { 'node:zlib': await runtimeEngine(), 'zstd-napi': nativeEngine() }
for (const [data, make] of [
  ['heap', heapLike],
  ['WAL', walLike],
]) {
  const plain = make(64 * MiB)
  for (const [name, engine] of Object.entries(engines)) {
    if (!engine) continue
    const codec = zstdCompressor(
      () => 3,
      async () => engine,
    )
    const packed = await collected(codec.compress(streamOf(plain), o))
    for (const [way, run] of [
      ['pack', () => codec.compress(streamOf(plain), o)],
      ['unpack', () => codec.decompress(streamOf(packed), o)],
    ]) {
      const [perCore, rate] = await measured(run, plain.length)
      console.log(`| ${process.versions.node} | ${name} | ${data} | ${way} | ${perCore} | ${rate} |`)
    }
  }
}
process.exit()
