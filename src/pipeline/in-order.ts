/**
 * Works on several items at once and hands the results out in the order of the items, each as soon as it is its turn:
 * whoever sends one item and waits for its result gets it. Reads no further ahead than it works, so an endless input
 * is fine. A failure of `work` ends it; make failures results to go on.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  atOnce: number,
): AsyncGenerator<Result> {
  const input = iterate(items);
  const running: Promise<Result>[] = [];
  let incoming: Promise<IteratorResult<Item>> | undefined;
  let isEnded = false;
  try {
    while (!isEnded || running.length > 0) {
      if (!isEnded && running.length < atOnce) {
        incoming ??= input.next();
        const arrived = await Promise.race([...running.slice(0, 1).map(settled), incoming]);
        if (arrived !== "settled") {
          incoming = undefined;
          if (arrived.done) isEnded = true;
          else running.push(started(work(arrived.value)));
          continue;
        }
      }
      const next = running.shift();
      if (next) yield await next;
    }
  } finally {
    // Not awaited: an input that waits for its next item answers only then.
    input.return().catch(() => {});
  }
}

async function* iterate<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items;
}

function settled(work: Promise<unknown>): Promise<"settled"> {
  return work.then(
    () => "settled",
    () => "settled",
  );
}

/** Awaited in its turn; until then its failure must not count as unhandled. */
function started<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => {});
  return work;
}
