/** The middle of a list; more honest than a mean on a machine that does other things as well. */
export function median(values) {
  return quantile(values, 0.5);
}

/** @param share 0–1 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Runs `work` and gives `[result, milliseconds]`. */
export async function timed(work) {
  const since = performance.now();
  const result = await work();
  return [result, performance.now() - since];
}

/**
 * Times several ways of doing the same, taking turns item by item, so that a slow minute of the machine hits all.
 * @param ways `{ name: async (item) => … }`
 * @returns milliseconds per item, `{ name: number[] }`
 */
export async function takeTurns(items, ways) {
  const names = Object.keys(ways);
  const spent = Object.fromEntries(names.map((name) => [name, []]));
  for (const [round, item] of items.entries()) {
    for (const turn of names.keys()) {
      const name = names[(round + turn) % names.length];
      const [, ms] = await timed(() => ways[name](item));
      spent[name].push(ms);
    }
  }
  return spent;
}

export const round = (value, digits = 2) => Number(value.toFixed(digits));
