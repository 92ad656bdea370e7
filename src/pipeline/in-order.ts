/**
 * Works on several items at once and hands the results out in the order of the items. Reads no further ahead than it
 * works, so an endless input is fine. A failure of `work` ends it; make failures results to go on.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  atOnce: number,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  for await (const item of items) {
    const started = work(item);
    // Awaited in its turn below; until then its failure must not count as unhandled.
    started.catch(() => {});
    running.push(started);
    if (running.length < atOnce) continue;
    const next = running.shift();
    if (next) yield await next;
  }
  for (const rest of running) yield await rest;
}
