const watched = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Runs something when the signal is aborted; gives what takes that back. Hundreds of requests wait with one signal, which gets
 * one listener for all of them: node warns of more than ten.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let all = watched.get(signal)
  if (!all) {
    const waiting = new Set<() => void>()
    const runAll = () => {
      for (const one of waiting) one()
    }
    signal.addEventListener('abort', runAll, { once: true })
    watched.set(signal, waiting)
    all = waiting
  }
  all.add(run)
  const runs = all
  return () => runs.delete(run)
}
