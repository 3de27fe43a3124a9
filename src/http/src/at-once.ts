/** Does something with each of several things, so many at once, and gives the results in their order. Stops at the first error. */
export async function atOnce<T, R>(
  concurrency: number,
  items: readonly T[],
  act: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length)
  const left = items.entries()
  let isFailed = false
  const work = async () => {
    for (const [at, item] of left) {
      if (isFailed) return
      try {
        results[at] = await act(item, at)
      } catch (error) {
        isFailed = true
        throw error
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(concurrency, items.length) }, work))
  const failed = workers.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return results
}
