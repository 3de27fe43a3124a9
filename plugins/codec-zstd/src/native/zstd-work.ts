/** What is used of zstd-napi's binding to the zstd library. */
export interface NativeBinding {
  readonly CCtx: new () => {
    setParameter(parameter: number, value: number): void
    compress2(to: Uint8Array, from: Uint8Array): number
  }
  readonly DCtx: new () => {
    setParameter(parameter: number, value: number): void
    decompress(to: Uint8Array, from: Uint8Array): number
    decompressStream(to: Uint8Array, from: Uint8Array): [hint: number, produced: number, consumed: number]
  }
  readonly CParameter: { readonly compressionLevel: number; readonly checksumFlag: number }
  readonly DParameter: { readonly windowLogMax: number }
  compressBound(bytes: number): number
}

export type Work =
  | { readonly kind: 'compress'; readonly bytes: Uint8Array<ArrayBuffer>; readonly level: number }
  | { readonly kind: 'decompress'; readonly bytes: Uint8Array<ArrayBuffer>; readonly mostBytes: number }
  | {
      readonly kind: 'step'
      readonly session: number
      readonly bytes: Uint8Array<ArrayBuffer> | undefined
      readonly mostBytes: number
      readonly windowLogMax: number
    }
  | { readonly kind: 'close'; readonly session: number }

export interface Done {
  /** What came out. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the input of a session, how much this step took. */
  readonly taken: number
  /** A session is at the end of its frame. */
  readonly isDone: boolean
}

/**
 * Does the work, one after the other, on whatever thread it is. Workers get the text of this function, so that they need no file of
 * their own: it must not use anything outside of it.
 */
export function zstdWork(binding: NativeBinding): (work: Work) => Done {
  const nothing = new Uint8Array()
  const compressor = new binding.CCtx()
  const decompressor = new binding.DCtx()
  const sessions = new Map<
    number,
    { context: InstanceType<NativeBinding['DCtx']>; input: Uint8Array<ArrayBuffer>[]; isDone: boolean }
  >()
  let room = nothing

  /** Memory for results: what comes out is copied to memory of its size, so that this can be used again. */
  const roomOf = (bytes: number) => {
    if (room.length < bytes) room = new Uint8Array(bytes)
    return room
  }
  const compress = (bytes: Uint8Array, level: number): Done => {
    compressor.setParameter(binding.CParameter.compressionLevel, level)
    compressor.setParameter(binding.CParameter.checksumFlag, 1)
    const to = roomOf(binding.compressBound(bytes.length))
    return { bytes: to.slice(0, compressor.compress2(to, bytes)), taken: bytes.length, isDone: true }
  }
  const decompress = (bytes: Uint8Array, mostBytes: number): Done => {
    const to = new Uint8Array(mostBytes)
    const length = decompressor.decompress(to, bytes)
    const content = length < mostBytes / 2 ? to.slice(0, length) : to.subarray(0, length)
    return { bytes: content, taken: bytes.length, isDone: true }
  }
  const openSession = (windowLogMax: number) => {
    const context = new binding.DCtx()
    context.setParameter(binding.DParameter.windowLogMax, windowLogMax)
    return { context, input: [], isDone: false }
  }
  const step = (work: Extract<Work, { kind: 'step' }>): Done => {
    const session = sessions.get(work.session) ?? openSession(work.windowLogMax)
    sessions.set(work.session, session)
    if (work.bytes) session.input.push(work.bytes)
    const to = new Uint8Array(work.mostBytes)
    let filled = 0
    let taken = 0
    while (filled < to.length && !session.isDone) {
      const from = session.input[0] ?? nothing
      const [hint, produced, consumed] = session.context.decompressStream(to.subarray(filled), from)
      filled += produced
      taken += consumed
      if (consumed < from.length) session.input[0] = from.subarray(consumed)
      else session.input.shift()
      session.isDone = hint === 0
      if (produced === 0 && consumed === 0) break
    }
    return { bytes: to.subarray(0, filled), taken, isDone: session.isDone }
  }

  return (work) => {
    if (work.kind === 'compress') return compress(work.bytes, work.level)
    if (work.kind === 'decompress') return decompress(work.bytes, work.mostBytes)
    if (work.kind === 'step') return step(work)
    sessions.delete(work.session)
    return { bytes: nothing, taken: 0, isDone: true }
  }
}
