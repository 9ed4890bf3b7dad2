/** What a flush returns. */
const ENOENT = 2

/** How many of the deletions were done; one that found nothing (`absent`) is no failure, any other is thrown. */
export function countDeleted(results: readonly PromiseSettledResult<unknown>[], absent = ENOENT): number {
  let deleted = 0
  for (const result of results) {
    if (result.status === 'fulfilled') deleted++
    else if ((result.reason as { errno?: number }).errno !== absent) throw result.reason
  }
  return deleted
}
